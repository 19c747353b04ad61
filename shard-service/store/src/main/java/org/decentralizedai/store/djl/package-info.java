/**
 * The model a second time, over DJL and PyTorch: evaluation, generation, and the oracle that our own gradients are tested
 * against. Start reading at {@link Generator}.
 */
@NullMarked
package org.decentralizedai.store.djl;

import org.jspecify.annotations.NullMarked;
