/**
 * Checkpoints as safetensors files in pieces. Start reading at {@link CheckpointStore}.
 */
@NullMarked
package org.decentralizedai.store.checkpoint;

import org.jspecify.annotations.NullMarked;
