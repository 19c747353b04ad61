/**
 * The contract that holds customers' ether until it is spent, and providers' until they claim it: settings, and what the chain says
 * of it. Start reading at {@link org.decentralizedai.billing.pool.Ether}; {@code Watcher} reads the chain through a
 * {@code ChainView}, {@code Bookings} turns each event into one posting, {@code Credits} says what customers have for their
 * deposits, and {@link org.decentralizedai.billing.pool.Positions} what they have spent of them.
 */
@NullMarked
package org.decentralizedai.billing.pool;

import org.jspecify.annotations.NullMarked;
