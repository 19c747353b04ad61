/**
 * What customers sign so that the contract counts what they have spent: once, with their wallet, that a delegate may sign for a purse;
 * then, by the delegate, vouchers that say all that was spent of it ever. Start reading at
 * {@link org.decentralizedai.billing.voucher.Vouchers}.
 */
@NullMarked
package org.decentralizedai.billing.voucher;

import org.jspecify.annotations.NullMarked;
