package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The laws of the ledger as a pure function: a book and a posting give the next book. {@link JdbcLedger} is tested against it. Immutable. */
final class Book {
    /** @param next the same book unless it was posted */
    record Turn(Book next, Outcome outcome) {}

    static final Book EMPTY = new Book(Map.of(), Set.of());

    private final Map<Account, BigInteger> amounts;
    private final Set<String> posted;

    private Book(Map<Account, BigInteger> amounts, Set<String> posted) {
        this.amounts = amounts;
        this.posted = posted;
    }

    Turn post(Posting posting) {
        if (posted.contains(posting.id())) return new Turn(this, Outcome.REPLAYED);
        if (posting.ends() != null && !posted.contains(posting.ends())) return new Turn(this, Outcome.NOTHING_TO_END);
        var next = new HashMap<>(amounts);
        for (Entry entry : posting.entries()) {
            var after = next.merge(entry.account(), entry.amount(), BigInteger::add);
            if (after.signum() < 0 && !entry.account().kind().source()) return new Turn(this, Outcome.UNCOVERED);
        }
        var ids = new HashSet<>(posted);
        ids.add(posting.id());
        return new Turn(new Book(next, ids), Outcome.POSTED);
    }

    /** 0 for an account that no posting has named. */
    BigInteger amount(Account account) {
        return amounts.getOrDefault(account, BigInteger.ZERO);
    }

    /** All accounts that postings have named. */
    Map<Account, BigInteger> amounts() {
        return Map.copyOf(amounts);
    }
}
