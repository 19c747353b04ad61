/**
 * Signing in with Ethereum (EIP-4361): a wallet signs a message with a nonce, and so shows that its address is its holder's. Start
 * reading at {@link org.decentralizedai.billing.ethereum.EthereumSignIn}.
 */
@NullMarked
package org.decentralizedai.billing.ethereum;

import org.jspecify.annotations.NullMarked;
