package org.decentralizedai.billing.pool;

import java.math.BigInteger;

/**
 * What a customer has of the micro-credits that he was granted and sold: S spent ever, G granted ever. Since nothing vanishes,
 * G + sold = balance + reserved + adBudget + S, and what he has spent of his deposits, grants first, is S - G. Ads alone can't be paid by
 * grants: what they have cost is of his deposits even while he has grants left.
 *
 * @param sold for his deposits, less what went back to them
 * @param adSpent part of S that ads have cost
 * @param paidBefore the most that he had spent of his deposits at any time before
 */
record Position(
        BigInteger sold,
        BigInteger balance,
        BigInteger reserved,
        BigInteger adBudget,
        BigInteger adSpent,
        BigInteger paidBefore) {
    /** The most that he has spent of his deposits at any time: never falls, whatever is refunded or granted later. */
    BigInteger paid() {
        return sold.subtract(balance)
                .subtract(reserved)
                .subtract(adBudget)
                .max(adSpent)
                .max(paidBefore);
    }

    /** As {@link #paid}, when all that is reserved will have been spent, and so much more. */
    BigInteger withReserved(BigInteger more) {
        return sold.subtract(balance).subtract(adBudget).add(more).max(paid());
    }
}
