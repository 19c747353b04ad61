/**
 * The edge that workers talk to: {@code GET /worker} becomes a WebSocket with bounded memory in both directions. Start reading
 * at {@link WorkerEndpoint}.
 */
@NullMarked
package org.decentralizedai.server.socket;

import org.jspecify.annotations.NullMarked;
