/**
 * Payout epochs: what customers have spent goes to those whose work earned it. {@link org.decentralizedai.billing.payout.EpochRule} is
 * the whole arithmetic, without a database or a chain, so that anybody can repeat it: {@code weights -> shares (Split) -> addresses ->
 * cumulative leaves -> root (MerkleTree)}. An {@link org.decentralizedai.billing.payout.EpochData} is what is published of one epoch.
 */
@NullMarked
package org.decentralizedai.billing.payout;

import org.jspecify.annotations.NullMarked;
