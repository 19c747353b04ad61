package org.decentralizedai.billing.account;

import org.decentralizedai.billing.ethereum.Wallet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Takes a way to sign in away from an account, but never the last one. Thread-safe. */
public final class WaysIn {
    /** What became of it. */
    public enum Removal {
        REMOVED,
        /** It is the only way to sign in: it stays. */
        LAST,
        NONE
    }

    private final Jdbi jdbi;

    public WaysIn(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public Removal remove(String account, Wallet wallet) {
        return removed(
                account,
                handle -> handle.execute(
                        "delete from account_wallet where customer = ? and address = ? and chain = ?",
                        account,
                        wallet.address(),
                        wallet.chain()));
    }

    /** @param id of the passkey */
    public Removal remove(String account, String id) {
        return removed(
                account,
                handle -> handle.execute("delete from account_passkey where customer = ? and id = ?", account, id));
    }

    private interface Deletion {
        int in(Handle handle);
    }

    private Removal removed(String account, Deletion deletion) {
        return jdbi.inTransaction(handle -> {
            handle.createQuery(
                            "select id from customer where id = :id for update") // two at once would take the last two
                    .bind("id", account)
                    .mapTo(String.class)
                    .one();
            if (deletion.in(handle) == 0) return Removal.NONE;
            if (left(handle, account) > 0) return Removal.REMOVED;
            handle.rollback();
            return Removal.LAST;
        });
    }

    private static long left(Handle handle, String account) {
        return handle.createQuery("""
                        select (select count(*) from account_wallet where customer = :account)
                        + (select count(*) from account_passkey where customer = :account)""")
                .bind("account", account)
                .mapTo(Long.class)
                .one();
    }
}
