/**
 * What each update of a round counts for. Everything is pure and deterministic: anybody who has the updates of a round, those of
 * the round before and the outer state comes to the same bits. Start reading at {@link RobustShares}.
 */
@NullMarked
package org.decentralizedai.server.aggregate;

import org.jspecify.annotations.NullMarked;
