package org.decentralizedai.billing.pool;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.PoolEvent.Place;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Every event that was read, and whether it counts still. Thread-safe. */
public final class EventStore {
    private static final String COLUMNS =
            "block, block_hash, transaction_hash, log_index, kind, purse, label, address, amount, other, text";

    /** Of the event {@code gone} that has changed a purse's delegate: who was it until then; null: nobody. */
    private static final String REPLACED = """
            (select case when named.kind = 'AUTHORISED' then named.address end from pool_event named
              where named.purse = gone.purse and named.undone_at is null and named.kind in ('AUTHORISED', 'REVOKED')
              and (named.block < gone.block or named.block = gone.block and named.log_index < gone.log_index)
              order by named.block desc, named.log_index desc limit 1)""";

    private static final String CHANGED =
            " from pool_event gone where gone.undone_at is null and gone.kind in ('AUTHORISED', 'REVOKED') and gone.seen_at >= :since and gone.purse = ";

    /** Condition: the contract's delegate of the purse {@code v.account} was {@code v.delegate}, until an event that was seen at {@code :since} or later. */
    static final String FORMER = "v.delegate in (select " + REPLACED + CHANGED + "v.account)";

    private final Jdbi jdbi;
    private final Clock clock;

    EventStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** How often it has come to count, this time included; 0: it counts already, and nothing was changed. */
    int add(Handle transaction, PoolEvent event) {
        var place = event.place();
        int again = transaction.execute("""
                        update pool_event set undone_at = null, times = times + 1
                        where transaction_hash = ? and log_index = ? and block_hash = ? and undone_at is not null""", place.transaction(), place.logIndex(), place.blockHash());
        if (again == 0 && insert(transaction, event) == 1) return 1;
        return again == 0 ? 0 : times(transaction, place);
    }

    private int insert(Handle transaction, PoolEvent event) {
        var place = event.place();
        return transaction.execute(
                "insert into pool_event (" + COLUMNS + ", seen_at, times)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1) on conflict do nothing",
                place.block(),
                place.blockHash(),
                place.transaction(),
                place.logIndex(),
                event.kind().name(),
                event.purse(),
                event.label(),
                event.address(),
                new BigDecimal(event.amount()),
                new BigDecimal(event.other()),
                event.text(),
                clock.millis());
    }

    /** How often it has come to count. */
    static int times(Handle transaction, Place place) {
        return transaction
                .createQuery(
                        "select times from pool_event where transaction_hash = ? and log_index = ? and block_hash = ?")
                .bind(0, place.transaction())
                .bind(1, place.logIndex())
                .bind(2, place.blockHash())
                .mapTo(Integer.class)
                .one();
    }

    /** It does not count any more. */
    void undo(Handle transaction, PoolEvent event) {
        var place = event.place();
        transaction.execute(
                "update pool_event set undone_at = ? where transaction_hash = ? and log_index = ? and block_hash = ?",
                clock.millis(),
                place.transaction(),
                place.logIndex(),
                place.blockHash());
    }

    /** Those after a block that count, newest first. */
    List<PoolEvent> after(Handle transaction, long block) {
        return transaction
                .createQuery(
                        "select " + COLUMNS
                                + " from pool_event where block > :block and undone_at is null order by block desc, log_index desc")
                .bind("block", block)
                .map((row, _) -> event(row))
                .list();
    }

    /** Those of a purse that count, oldest first. */
    List<PoolEvent> of(Handle transaction, String purse) {
        return transaction
                .createQuery("select " + COLUMNS
                        + " from pool_event where purse = :purse and undone_at is null order by block, log_index")
                .bind("purse", purse)
                .map((row, _) -> event(row))
                .list();
    }

    /** Who was the purse's delegate at the contract, and was replaced or revoked. @param since when that was seen at the earliest; milliseconds */
    Set<String> former(String purse, long since) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + REPLACED + CHANGED + ":purse")
                .bind("purse", purse)
                .bind("since", since)
                .mapTo(String.class)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet()));
    }

    /** Whether one of the purse that comes after that place on the chain counts already. */
    boolean late(Handle transaction, String purse, Place place) {
        return transaction
                .createQuery("""
                        select 1 from pool_event where purse = :purse and undone_at is null
                        and (block > :block or block = :block and log_index > :index) limit 1""")
                .bind("purse", purse)
                .bind("block", place.block())
                .bind("index", place.logIndex())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /** Those of a purse that count, oldest first. */
    public List<PoolEvent> of(String purse) {
        return jdbi.withHandle(handle -> of(handle, purse));
    }

    /** Those of a kind that count, in the order of the chain. @param fromBlock that one included */
    public List<PoolEvent> of(Kind kind, long fromBlock, int most) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + """
                         from pool_event where kind = :kind and block >= :from and undone_at is null
                        order by block, log_index limit :most""")
                .bind("kind", kind.name())
                .bind("from", fromBlock)
                .bind("most", most)
                .map((row, _) -> event(row))
                .list());
    }

    /** What those that count add up to. */
    PoolTotals totals() {
        var sums = new EnumMap<Kind, BigInteger>(Kind.class);
        jdbi.useHandle(handle -> handle.createQuery("select kind, sum(amount) from pool_event where undone_at is null"
                        + " and kind in ('DEPOSITED', 'EXITED', 'SPENT', 'CLAIMED') group by kind")
                .map((row, _) -> sums.put(Kind.valueOf(row.getString(1)), amount(row, 2)))
                .list());
        return new PoolTotals(
                sums.getOrDefault(Kind.DEPOSITED, BigInteger.ZERO),
                sums.getOrDefault(Kind.EXITED, BigInteger.ZERO),
                sums.getOrDefault(Kind.SPENT, BigInteger.ZERO),
                sums.getOrDefault(Kind.CLAIMED, BigInteger.ZERO));
    }

    private static PoolEvent event(ResultSet row) throws SQLException {
        return new PoolEvent(
                new Place(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4)),
                Kind.valueOf(row.getString(5)),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                amount(row, 9),
                amount(row, 10),
                row.getString(11));
    }

    static BigInteger amount(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column).toBigIntegerExact();
    }
}
