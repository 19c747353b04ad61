package org.decentralizedai.server.credit;

import java.time.Clock;
import java.util.List;
import org.decentralizedai.billing.key.OpenAccount;
import org.decentralizedai.server.state.Database;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Which registered account the credit of a key belongs to. The entries stay under their key; who can say the key, and is signed
 * in, may bind it, once. Thread-safe.
 */
public final class CreditBindings {
    /** What became of a binding. */
    public enum Outcome {
        BOUND,
        /** It belongs to another account. */
        TAKEN,
        /** No task of this key was accepted yet. */
        UNKNOWN
    }

    /**
     * @param id hash of the key; public
     * @param name that it goes by on the leaderboard; null: none
     * @param earned micro-credits, held ones too
     */
    public record Bound(String id, @Nullable String name, long earned, long boundAtMillis) {}

    private final Jdbi jdbi;
    private final Clock clock;

    public CreditBindings(Database database, Clock clock) {
        jdbi = database.jdbi();
        this.clock = clock;
    }

    /**
     * @param id hash of a key that the account's holder could say
     * @throws OpenAccount.Gone when there is no such account any more
     */
    public Outcome bind(String id, String registered) {
        return jdbi.inTransaction(handle -> {
            OpenAccount.hold(handle, registered);
            int known = handle.createQuery("select count(*) from credit_account where id = :id")
                    .bind("id", id)
                    .mapTo(Integer.class)
                    .one();
            if (known == 0) return Outcome.UNKNOWN;
            handle.execute(
                    "insert into credit_binding (account, registered, bound_at) values (?, ?, ?) on conflict do nothing",
                    id,
                    registered,
                    clock.millis());
            String owner = handle.createQuery("select registered from credit_binding where account = :id")
                    .bind("id", id)
                    .mapTo(String.class)
                    .one();
            return owner.equals(registered) ? Outcome.BOUND : Outcome.TAKEN;
        });
    }

    /** Oldest first. */
    public List<Bound> of(String registered) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select b.account, a.name, a.earned, b.bound_at from credit_binding b
                        join credit_account a on a.id = b.account where b.registered = :registered order by b.bound_at, b.account""")
                .bind("registered", registered)
                .map((row, _) -> new Bound(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)))
                .list());
    }

    /** False when it does not belong to that account. */
    public boolean release(String id, String registered) {
        return jdbi.withHandle(handle ->
                handle.execute("delete from credit_binding where account = ? and registered = ?", id, registered) == 1);
    }

    /** The keys are nobody's again, and nameless on the leaderboard; what they have earned stays under them. */
    public void forget(String registered) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "update credit_account set name = null where id in (select account from credit_binding where registered = ?)",
                    registered);
            handle.execute("delete from credit_binding where registered = ?", registered);
        });
    }
}
