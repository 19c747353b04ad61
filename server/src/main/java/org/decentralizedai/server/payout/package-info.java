/**
 * Payouts at this server: whose work counts and where its pay goes ({@link org.decentralizedai.server.payout.CreditWork}), and what everybody
 * may read and signers may send ({@link org.decentralizedai.server.payout.EpochRoutes}). The arithmetic is in {@code billing.payout}.
 */
@NullMarked
package org.decentralizedai.server.payout;

import org.jspecify.annotations.NullMarked;
