package org.decentralizedai.billing.payout;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The closed epochs, and their published data. Thread-safe. */
public final class EpochStore {
    private static final String COLUMNS =
            "select number, state, closed_at, revenue, total, root, data_hash, data_uri, proposed_in, final_in from payout_epoch ";

    private final Jdbi jdbi;

    public EpochStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param incomeEntries number of the newest entry of the account of income that the epoch has counted */
    static void add(Handle transaction, EpochData data, byte[] bytes, String dataUri, long incomeEntries) {
        transaction.execute(
                """
                insert into payout_epoch (number, state, closed_at, income_entries, revenue, total, root, data, data_hash, data_uri)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                data.given().epoch(),
                State.CLOSED.name(),
                data.given().closedAtMillis(),
                incomeEntries,
                new BigDecimal(data.computed().revenue()),
                new BigDecimal(data.computed().total()),
                data.computed().root(),
                new String(bytes, StandardCharsets.UTF_8),
                EpochData.hash(bytes),
                dataUri);
    }

    /** The last epoch as the next one needs it. */
    record Last(long number, State state, long incomeEntries, byte[] data) {}

    static Optional<Last> last(Handle transaction) {
        return transaction
                .createQuery(
                        "select number, state, income_entries, data from payout_epoch order by number desc limit 1")
                .map((row, _) -> new Last(
                        row.getLong(1),
                        State.valueOf(row.getString(2)),
                        row.getLong(3),
                        row.getString(4).getBytes(StandardCharsets.UTF_8)))
                .findOne();
    }

    private static PayoutEpoch epoch(ResultSet row, StatementContext context) throws SQLException {
        return new PayoutEpoch(
                row.getLong(1),
                State.valueOf(row.getString(2)),
                row.getLong(3),
                row.getBigDecimal(4).toBigIntegerExact(),
                row.getBigDecimal(5).toBigIntegerExact(),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10));
    }

    public Optional<PayoutEpoch> newest() {
        return newest(1).stream().findFirst();
    }

    /** Newest first. */
    public List<PayoutEpoch> newest(int count) {
        return jdbi.withHandle(handle -> handle.createQuery(COLUMNS + "order by number desc limit :count")
                .bind("count", count)
                .map(EpochStore::epoch)
                .list());
    }

    /** The newest one that can be claimed from. */
    public Optional<PayoutEpoch> newestFinal() {
        return jdbi.withHandle(
                handle -> handle.createQuery(COLUMNS + "where state = :state order by number desc limit 1")
                        .bind("state", State.FINAL.name())
                        .map(EpochStore::epoch)
                        .findOne());
    }

    public Optional<PayoutEpoch> find(long number) {
        return jdbi.withHandle(handle -> handle.createQuery(COLUMNS + "where number = :number")
                .bind("number", number)
                .map(EpochStore::epoch)
                .findOne());
    }

    /** As it was published, to the byte. */
    public Optional<byte[]> data(long number) {
        return jdbi.withHandle(handle -> handle.createQuery("select data from payout_epoch where number = :number")
                .bind("number", number)
                .mapTo(String.class)
                .findOne()
                .map(text -> text.getBytes(StandardCharsets.UTF_8)));
    }

    /** @param transaction on the chain; null: another's */
    public void proposed(long number, @Nullable String transaction) {
        jdbi.useHandle(handle -> handle.execute(
                "update payout_epoch set state = 'PROPOSED', proposed_in = coalesce(cast(? as varchar(66)), proposed_in)"
                        + " where number = ? and state <> 'FINAL'",
                transaction,
                number));
    }

    /** The contract has its root, in a block that counts. */
    public void finalised(long number) {
        jdbi.useHandle(handle -> handle.execute("update payout_epoch set state = 'FINAL' where number = ?", number));
    }

    /** Its last transaction is on the chain, and may still go with its block. */
    public void finalising(long number, String transaction) {
        jdbi.useHandle(
                handle -> handle.execute("update payout_epoch set final_in = ? where number = ?", transaction, number));
    }

    /** Another proposal took its place: it must be proposed again, as the contract has not had it. */
    PayoutEpoch displaced(PayoutEpoch epoch) {
        jdbi.useHandle(handle -> handle.execute(
                "update payout_epoch set state = 'CLOSED', proposed_in = null, data_uri = ? where number = ? and state <> 'FINAL'",
                epoch.nextUri(),
                epoch.number()));
        return find(epoch.number()).orElseThrow();
    }

    /** Since when the epoch that comes next can have had anything to count; empty: nothing was deposited yet. */
    public OptionalLong openSince() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select coalesce((select max(closed_at) from payout_epoch),
                          (select min(p.booked_at) from posting p join ledger_entry e on e.posting = p.id where e.account = :chain))""")
                .bind("chain", Account.chain().id())
                .map((row, _) -> row.getObject(1) == null ? OptionalLong.empty() : OptionalLong.of(row.getLong(1)))
                .one());
    }
}
