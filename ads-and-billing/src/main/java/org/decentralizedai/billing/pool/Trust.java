package org.decentralizedai.billing.pool;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * How much a customer with deposits may spend without a word of his. What no voucher says the quorum can post, the contract's cap at a
 * time, and little of one who is on his way out: so he may owe the cap, running requests included, and while he takes anything out
 * nothing more. A voucher counts here once the contract knows the delegate: before that the owner takes it away by revoking. When what
 * was last seen of the chain is old nobody with deposits may spend, since an exit may be under way unseen. Thread-safe.
 */
final class Trust {
    private final Jdbi jdbi;
    private final Positions positions;
    private final Clock clock;
    private volatile @Nullable PoolTerms terms;
    private volatile long seenMillis;

    Trust(Jdbi jdbi, Positions positions, Clock clock) {
        this.jdbi = jdbi;
        this.positions = positions;
        this.clock = clock;
    }

    /** The chain was read to its end. @param at when that was the end */
    void seen(PoolTerms terms, Instant at) {
        seenMillis = at.toEpochMilli();
        this.terms = terms;
    }

    /** Whether the customer may spend anything more. */
    boolean trusts(String customer) {
        return jdbi.inTransaction(handle -> allows(handle, customer, BigInteger.ONE));
    }

    /** A rule of the ledger: refuses what would be owed above the limit. */
    void before(Handle transaction, Posting posting) {
        switch (posting.kind()) {
            case RESERVE, SUBSCRIBE -> posting.entries().forEach(entry -> check(transaction, posting, entry));
            case GRANT, SETTLE, REFUND, ROLL_UP, DEPOSIT, REVERSAL, EXIT, INCOME, SHARE, ASSIGN, CLAIM, AD -> {}
        }
    }

    private void check(Handle transaction, Posting posting, Entry entry) {
        if (entry.account().kind() != Account.Kind.BALANCE || entry.amount().signum() >= 0) return;
        String customer = requireNonNull(entry.account().customer());
        var cost = entry.amount().negate();
        if (allows(transaction, customer, cost)) return;
        boolean covered = JdbcLedger.held(transaction, entry.account()).compareTo(cost) >= 0; // else the ledger says so
        if (covered) throw new RefusedException(Outcome.UNSIGNED, posting.id());
    }

    private boolean allows(Handle transaction, String customer, BigInteger more) {
        if (!Positions.lock(transaction, customer)) return true;
        return positions.unsigned(transaction, customer, more).compareTo(limit(transaction, customer)) <= 0;
    }

    private BigInteger limit(Handle transaction, String customer) {
        var known = terms;
        if (known == null || blind(known) || positions.leaving(transaction, customer)) return BigInteger.ZERO;
        return known.cap();
    }

    private boolean blind(PoolTerms known) {
        return clock.millis() - seenMillis > known.patience().toMillis();
    }
}
