package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Unit;
import org.jdbi.v3.core.Handle;

/** The entries of a posting while they are put together: an account may be named several times. */
final class Moves {
    private final Map<Account, BigInteger> amounts = new LinkedHashMap<>();

    Moves add(Account account, BigInteger amount) {
        amounts.merge(account, amount, BigInteger::add);
        return this;
    }

    Moves move(Account from, Account to, BigInteger amount) {
        return add(from, amount.negate()).add(to, amount);
    }

    /** What an account of wei does not hold is lost: others have got it before the chain took it back. */
    void cover(Handle transaction) {
        for (var entry : Map.copyOf(amounts).entrySet()) {
            var account = entry.getKey();
            if (account.kind().unit() != Unit.WEI
                    || account.kind().source()
                    || entry.getValue().signum() >= 0) continue;
            var missing =
                    entry.getValue().add(JdbcLedger.held(transaction, account)).negate();
            if (missing.signum() > 0) move(Account.lost(), account, missing);
        }
    }

    List<Entry> entries() {
        return amounts.entrySet().stream()
                .map(entry -> new Entry(entry.getKey(), entry.getValue()))
                .toList();
    }

    boolean none() {
        return amounts.values().stream().allMatch(amount -> amount.signum() == 0);
    }
}
