package org.decentralizedai.billing.pool;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The contract's accounts as of the blocks that were read. Thread-safe. */
public final class PurseStore {
    private static final String COLUMNS =
            "account, owner, label, deposited, spent, exited, exiting, exit_ready_at, delegate, delegations";

    private final Jdbi jdbi;

    PurseStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public Optional<Purse> find(String account) {
        return jdbi.withHandle(handle -> find(handle, account));
    }

    /** Of a customer, the oldest first. */
    public List<Purse> of(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select " + COLUMNS + " from pool_purse where customer = :c order by number")
                .bind("c", customer)
                .map((row, _) -> purse(row))
                .list());
    }

    /** As {@link #of}, with what was signed. @param since vouchers of who was replaced or revoked before it don't count; milliseconds */
    List<Standing> standings(Handle handle, String customer, long since) {
        return handle.createQuery("select " + COLUMNS + """
                        , coalesce((select max(v.spent) from pool_voucher v where v.account = p.account and (v.delegate = p.delegate
                            or\s""" + EventStore.FORMER + """
                            or exists (select 1 from pool_delegation d
                              where d.account = v.account and d.delegate = v.delegate and d.nonce = p.delegations))), 0),
                        coalesce((select max(v.spent) from pool_voucher v where v.account = p.account and v.delegate = p.delegate), 0),
                        exists (select 1 from pool_delegation d where d.account = p.account)
                          or exists (select 1 from account_wallet w where w.address = p.owner and w.customer = p.customer
                            and w.chain in (0, (select chain from pool_watch)))
                        from pool_purse p where p.customer = :c order by p.number""")
                .bind("c", customer)
                .bind("since", since)
                .map((row, _) -> new Standing(purse(row), amount(row, 11), amount(row, 12), row.getBoolean(13)))
                .list();
    }

    Optional<Purse> find(Handle handle, String account) {
        return handle.createQuery("select " + COLUMNS + " from pool_purse where account = :account")
                .bind("account", account)
                .map((row, _) -> purse(row))
                .findOne();
    }

    /** Who has it in the ledger; null: nobody was named yet. */
    @Nullable
    String customer(Handle handle, String account) {
        return handle.createQuery("select customer from pool_purse where account = :account and customer is not null")
                .bind("account", account)
                .mapTo(String.class)
                .findOne()
                .orElse(null);
    }

    void name(Handle handle, String account, String customer) {
        handle.execute("update pool_purse set customer = ? where account = ?", customer, account);
    }

    void put(Handle handle, Purse purse) {
        handle.execute("""
                        insert into pool_purse (account, deposited, spent, exited, exiting, exit_ready_at, delegations)
                        values (?, 0, 0, 0, 0, 0, 0) on conflict do nothing""", purse.account());
        handle.execute(
                """
                        update pool_purse set owner = ?, label = ?, deposited = ?, spent = ?, exited = ?, exiting = ?,
                        exit_ready_at = ?, delegate = ?, delegations = ? where account = ?""",
                purse.owner(),
                purse.label(),
                new BigDecimal(purse.deposited()),
                new BigDecimal(purse.spent()),
                new BigDecimal(purse.exited()),
                new BigDecimal(purse.exiting()),
                purse.exitReadyAt(),
                purse.delegate(),
                purse.delegations(),
                purse.account());
    }

    /** Wei that a customer's credits may be had for. */
    BigInteger backing(Handle handle, String customer) {
        return handle.createQuery(
                        "select coalesce(sum(deposited - exited - exiting), 0) from pool_purse where customer = :customer")
                .bind("customer", customer)
                .mapTo(BigDecimal.class)
                .one()
                .toBigIntegerExact();
    }

    private static Purse purse(ResultSet row) throws SQLException {
        return new Purse(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                amount(row, 4),
                amount(row, 5),
                amount(row, 6),
                amount(row, 7),
                row.getLong(8),
                row.getString(9),
                row.getLong(10));
    }

    private static BigInteger amount(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }
}
