/**
 * Text to token ids and back. Immutable and thread-safe, apart from {@link TextDecoder}, of which every stream has its own.
 * Start reading at {@link Tokenizer}.
 */
@NullMarked
package org.decentralizedai.store.tokenizer;

import org.jspecify.annotations.NullMarked;
