/**
 * Held-out windows, the score of a predictor on them, and the bigram table that a model has to beat. Start reading at
 * {@link HeldOut}.
 */
@NullMarked
package org.decentralizedai.store.evaluation;

import org.jspecify.annotations.NullMarked;
