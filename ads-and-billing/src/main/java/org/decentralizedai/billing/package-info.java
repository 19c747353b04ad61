/**
 * Accounts, keys, money. {@link org.decentralizedai.billing.Billing} holds the parts; each package below is one of them.
 */
@NullMarked
package org.decentralizedai.billing;

import org.jspecify.annotations.NullMarked;
