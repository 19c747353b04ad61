/**
 * What a worker and the coordinator say to each other at {@code GET /worker}. Each WebSocket message is one frame: the
 * header of {@link FrameLayout}, then the fields of one record of {@link ServerMessage} or {@link ClientMessage}, in the
 * order they are declared; numbers little-endian, strings and byte arrays preceded by their length in bytes (i32), lists by
 * their length, hashes as 32 bytes, booleans as one, records inside a message as their fields. Weights, deltas and corpus never
 * travel here but as {@code GET /shards/{sha256}}. TeaVM-safe. Start reading at {@link ServerMessage.GradientTask}.
 */
@NullMarked
package org.decentralizedai.wire;

import org.jspecify.annotations.NullMarked;
