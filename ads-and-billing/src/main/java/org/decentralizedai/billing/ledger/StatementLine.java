package org.decentralizedai.billing.ledger;

import java.math.BigInteger;

/**
 * One entry as its customer sees it.
 *
 * @param number of the posting
 * @param posting its id
 * @param kind why units moved, such as {@code settle}
 * @param formula how the amount came about
 * @param account what it was booked on, such as {@code balance}
 * @param amount in the account's unit
 * @param after the account's amount with this entry
 */
public record StatementLine(
        long number,
        String posting,
        String kind,
        String formula,
        long bookedAtMillis,
        String account,
        BigInteger amount,
        BigInteger after) {}
