/**
 * What the site's wallet page asks for: how ether is taken, what somebody has in the pool, and transactions for his wallet to send.
 * The server moves nobody's ether; it says what a wallet has to sign. Start reading at
 * {@link org.decentralizedai.server.wallet.WalletRoutes}.
 */
@NullMarked
package org.decentralizedai.server.wallet;

import org.jspecify.annotations.NullMarked;
