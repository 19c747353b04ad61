/**
 * Customers and the keys of their programs. Money belongs to the customer's accounts in the ledger, never to a key: rotating or
 * revoking one loses nothing. Start reading at {@link org.decentralizedai.billing.key.KeyStore}.
 */
@NullMarked
package org.decentralizedai.billing.key;

import org.jspecify.annotations.NullMarked;
