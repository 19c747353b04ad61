/**
 * The double-entry ledger. A {@link org.decentralizedai.billing.ledger.Posting} moves whole units between accounts; its laws, which
 * {@link org.decentralizedai.billing.ledger.JdbcLedger} keeps on a database:
 *
 * <ol>
 *   <li>an id is posted once; posting it again changes nothing;
 *   <li>the entries of a posting sum to zero in each unit, so that no unit appears or vanishes;
 *   <li>no account but a source is ever below zero: a posting that would do that is refused as a whole;
 *   <li>a posting that ends another one (the settlement of a reservation) is refused unless that one was posted.
 * </ol>
 *
 * <p>What is posted at all says {@link org.decentralizedai.billing.ledger.Reservation} and
 * {@link org.decentralizedai.billing.ledger.Postings}. Micro-credits here are prepaid by customers; those that volunteers earn by
 * training are booked elsewhere, and nothing changes one into the other yet.
 */
@NullMarked
package org.decentralizedai.billing.ledger;

import org.jspecify.annotations.NullMarked;
