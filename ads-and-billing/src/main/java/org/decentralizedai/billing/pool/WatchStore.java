package org.decentralizedai.billing.pool;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.decentralizedai.billing.pool.ChainView.Block;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** How far the chain was read, and the hashes of the newest blocks of it. Thread-safe. */
final class WatchStore {
    /** Blocks whose hashes are kept: a reorganisation that is not deeper is undone. */
    static final int REMEMBERED = 256;

    /** What a database follows. @param rate wei for a micro-credit */
    record Watched(long chain, String contract, long rate) {}

    private final Jdbi jdbi;

    WatchStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Begins, or goes on with the same.
     *
     * @throws IllegalArgumentException when the database follows another contract, or sold at another rate
     */
    void open(Watched watched, long fromBlock) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "insert into pool_watch (id, chain, contract, rate, next_block) values (1, ?, ?, ?, ?) on conflict do nothing",
                    watched.chain(),
                    watched.contract(),
                    watched.rate(),
                    fromBlock);
            var before = handle.createQuery("select chain, contract, rate from pool_watch")
                    .map((row, _) -> new Watched(row.getLong(1), row.getString(2), row.getLong(3)))
                    .one();
            if (!before.equals(watched))
                throw new IllegalArgumentException(
                        "this data folder's deposits are of " + before + "; ether in the settings says " + watched);
        });
    }

    /** The first block that is not booked yet. */
    long next() {
        return jdbi.withHandle(handle -> handle.createQuery("select next_block from pool_watch")
                .mapTo(Long.class)
                .one());
    }

    /** Hash by number. */
    NavigableMap<Long, String> remembered() {
        var blocks = new TreeMap<Long, String>();
        jdbi.useHandle(handle -> handle.createQuery("select number, hash from pool_block")
                .map((row, _) -> blocks.put(row.getLong(1), row.getString(2)))
                .list());
        return blocks;
    }

    /** False when it is not at {@code next}: somebody else has moved it, and nothing may be booked. */
    boolean advance(Handle transaction, long next, long to, Collection<Block> read) {
        if (transaction.execute("update pool_watch set next_block = ? where next_block = ?", to, next) == 0)
            return false;
        var batch = transaction.prepareBatch("insert into pool_block (number, hash) values (?, ?)");
        for (Block block : read) batch.add(block.number(), block.hash());
        if (!read.isEmpty()) batch.execute();
        transaction.execute(
                "delete from pool_block where number < ? and number < (select max(number) from pool_block)",
                to - REMEMBERED);
        return true;
    }

    /** Goes back to after {@code ancestor}. */
    boolean rewind(Handle transaction, long next, long ancestor) {
        if (transaction.execute("update pool_watch set next_block = ? where next_block = ?", ancestor + 1, next) == 0)
            return false;
        transaction.execute("delete from pool_block where number > ?", ancestor);
        return true;
    }
}
