package org.decentralizedai.billing.pool;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.pool.WatchStore.Watched;

/** A watcher with its stores over a database, on any chain; another one over the same database is the server after a restart. */
final class Desk {
    static final long RATE = 1000;

    /** Time that stands still, and fails when it is told to: whatever transaction asks for it is rolled back, as if the process had died. */
    static final class DyingClock extends Clock {
        private int left = Integer.MAX_VALUE;

        void dieAfter(int questions) {
            left = questions;
        }

        @Override
        public Instant instant() {
            if (left-- <= 0) throw new IllegalStateException("died");
            return Instant.ofEpochMilli(1_000_000);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    final JdbcLedger ledger;
    final EventStore events;
    final PurseStore purses;
    final Credits credits;
    final Positions positions;
    final WatchStore store;
    final Watcher watcher;

    Desk(TestDatabase database, ChainView chain, int confirmations, Clock clock) {
        var jdbi = database.jdbi();
        ledger = new JdbcLedger(jdbi, clock);
        events = new EventStore(jdbi, clock);
        purses = new PurseStore(jdbi);
        credits = new Credits(jdbi, ledger, purses, RATE);
        positions = new Positions(jdbi, purses, RATE, () -> 0);
        ledger.add(positions::keep);
        store = new WatchStore(jdbi);
        store.open(new Watched(1, "0xc", RATE), 0);
        var bookings = new Bookings(ledger, events, purses, credits, 1);
        watcher = new Watcher(chain, store, events, bookings, ledger, confirmations);
    }

    void look() {
        watcher.look(() -> true);
        credits.collect();
    }

    /** Nothing is in the tables of the ledger and of the pool. */
    static void empty(TestDatabase database) {
        database.jdbi().useHandle(handle -> {
            for (String table : new String[] {
                "ledger_entry",
                "ledger_account",
                "posting",
                "pool_watch",
                "pool_block",
                "pool_event",
                "pool_purse",
                "pool_voucher",
                "pool_delegation",
                "account_wallet",
                "pool_customer"
            }) handle.execute("delete from " + table);
        });
    }
}
