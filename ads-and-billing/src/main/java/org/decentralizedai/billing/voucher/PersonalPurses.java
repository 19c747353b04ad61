package org.decentralizedai.billing.voucher;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an account's purses at the contract, for its holder to have: also when this server follows no chain now. Amounts are wei, in
 * decimal digits; an address, a hash or a signature is 0x and hex digits. Thread-safe.
 */
public final class PersonalPurses {
    /**
     * A purse as of the blocks that were read.
     *
     * @param account at the contract
     * @param owner who may take out what is unspent; null: nothing was deposited yet
     * @param exitReadyAtSeconds since 1970; 0: nothing is on its way out
     * @param delegate of the contract, whose vouchers count; null: nobody's
     */
    public record Kept(
            String account,
            @Nullable String owner,
            String deposited,
            String spent,
            String exited,
            String exiting,
            long exitReadyAtSeconds,
            @Nullable String delegate,
            long delegations,
            List<Given> delegationsSigned,
            List<Signed> vouchers) {}

    /** The owner's word for a delegate. */
    public record Given(String delegate, long nonce, String signature, long signedAtMillis) {}

    /** The highest voucher of a delegate. */
    public record Signed(String delegate, String spent, String signature, long signedAtMillis) {}

    private final Jdbi jdbi;

    public PersonalPurses(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** The oldest first. */
    public List<Kept> of(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select account, owner, deposited, spent, exited, exiting, exit_ready_at, delegate, delegations
                        from pool_purse where customer = :customer order by number""")
                .bind("customer", customer)
                .map((row, _) -> kept(handle, row))
                .list());
    }

    private static Kept kept(Handle handle, ResultSet row) throws SQLException {
        String account = row.getString(1);
        return new Kept(
                account,
                row.getString(2),
                wei(row, 3),
                wei(row, 4),
                wei(row, 5),
                wei(row, 6),
                row.getLong(7),
                row.getString(8),
                row.getLong(9),
                given(handle, account),
                signed(handle, account));
    }

    private static List<Given> given(Handle handle, String account) {
        return handle.createQuery("""
                        select delegate, nonce, signature, signed_at from pool_delegation
                        where account = :account order by number""")
                .bind("account", account)
                .map((row, _) -> new Given(row.getString(1), row.getLong(2), row.getString(3), row.getLong(4)))
                .list();
    }

    private static List<Signed> signed(Handle handle, String account) {
        return handle.createQuery("""
                        select delegate, spent, signature, signed_at from pool_voucher
                        where account = :account order by signed_at, delegate""")
                .bind("account", account)
                .map((row, _) -> new Signed(row.getString(1), wei(row, 2), row.getString(3), row.getLong(4)))
                .list();
    }

    private static String wei(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact().toString();
    }
}
