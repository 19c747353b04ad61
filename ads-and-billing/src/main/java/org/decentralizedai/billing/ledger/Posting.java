package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Units that move between accounts, all of them or none.
 *
 * @param id of this posting, chosen by who posts
 * @param ends id of the posting that this one ends; null: none
 * @param formula how the amounts came about, in words, for the customer
 * @param entries sum to zero in each unit; by account, which is the order that all lock accounts in; those of zero are left out
 */
public record Posting(String id, Kind kind, @Nullable String ends, String formula, List<Entry> entries) {
    private static final int LONGEST_ID = 160;
    private static final int LONGEST_FORMULA = 500;

    /** Why units move. */
    public enum Kind {
        GRANT,
        RESERVE,
        SETTLE,
        REFUND,
        ROLL_UP,
        DEPOSIT,
        /** A reorganisation took a deposit back. */
        REVERSAL,
        /** A customer took unspent wei back. */
        EXIT,
        /** The contract counts wei of a customer as spent. */
        INCOME,
        /** An epoch's income, to those who earned it. */
        SHARE,
        /** What a key has earned, to the address that its owner named. */
        ASSIGN,
        CLAIM,
        SUBSCRIBE,
        AD
    }

    public Posting {
        if (id.isEmpty() || id.length() > LONGEST_ID)
            throw new IllegalArgumentException("a posting's id must have 1.." + LONGEST_ID + " characters: " + id);
        if (formula.length() > LONGEST_FORMULA) formula = formula.substring(0, LONGEST_FORMULA);
        var sums = new EnumMap<Unit, BigInteger>(Unit.class);
        var accounts = new HashSet<Account>();
        for (Entry entry : entries) {
            if (!accounts.add(entry.account()))
                throw new IllegalArgumentException("a posting names an account once: " + entry.account());
            sums.merge(entry.account().kind().unit(), entry.amount(), BigInteger::add);
        }
        sums.forEach((unit, sum) -> {
            if (sum.signum() != 0)
                throw new IllegalArgumentException("entries must sum to zero: " + sum + " " + unit + " in " + accounts);
        });
        entries = entries.stream()
                .filter(entry -> entry.amount().signum() != 0)
                .sorted(Comparator.comparing(entry -> entry.account().id()))
                .toList();
    }
}
