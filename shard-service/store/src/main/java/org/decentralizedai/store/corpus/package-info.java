/**
 * Text sources, their deterministic split into train and held-out documents, and the token shards that workers download.
 * Start reading at {@link Corpus}.
 */
@NullMarked
package org.decentralizedai.store.corpus;

import org.jspecify.annotations.NullMarked;
