package org.decentralizedai.billing.voucher;

import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The newest delegation of each purse and delegate, and the highest voucher of each purse and delegate. Thread-safe. */
final class VoucherStore {
    private final Jdbi jdbi;
    private final Clock clock;

    VoucherStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    void put(Delegation delegation) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "delete from pool_delegation where account = ? and delegate = ?",
                    delegation.account(),
                    delegation.delegate());
            handle.execute(
                    "insert into pool_delegation (account, delegate, nonce, signature, signed_at) values (?, ?, ?, ?, ?)",
                    delegation.account(),
                    delegation.delegate(),
                    delegation.nonce(),
                    delegation.signature(),
                    clock.millis());
        });
    }

    /** The newest first. */
    List<Delegation> delegations(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select delegate, nonce, signature from pool_delegation where account = :account order by number desc")
                .bind("account", account)
                .map((row, _) -> new Delegation(account, row.getString(1), row.getLong(2), row.getString(3)))
                .list());
    }

    /** False when there is one that is as high: nothing was changed. */
    boolean put(Voucher voucher) {
        var spent = new BigDecimal(voucher.spent());
        return jdbi.inTransaction(handle -> handle.execute(
                                """
                                update pool_voucher set spent = ?, signature = ?, signed_at = ?
                                where account = ? and delegate = ? and spent < ?""",
                                spent,
                                voucher.signature(),
                                clock.millis(),
                                voucher.account(),
                                voucher.delegate(),
                                spent)
                        == 1
                || handle.execute(
                                """
                                insert into pool_voucher (account, delegate, spent, signature, signed_at)
                                values (?, ?, ?, ?, ?) on conflict do nothing""", voucher.account(), voucher.delegate(), spent, voucher.signature(), clock.millis())
                        == 1);
    }

    Optional<Voucher> voucher(String account, String delegate) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select spent, signature from pool_voucher where account = :account and delegate = :delegate")
                .bind("account", account)
                .bind("delegate", delegate)
                .map((row, _) ->
                        new Voucher(account, delegate, row.getBigDecimal(1).toBigIntegerExact(), row.getString(2)))
                .findOne());
    }
}
