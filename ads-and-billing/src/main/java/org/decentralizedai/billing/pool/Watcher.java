package org.decentralizedai.billing.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.ChainView.Block;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the chain up to the confirmed blocks. What some blocks say is booked in the transaction that notes them as read, so that at
 * whatever instant the process dies each event is booked once. Used by one thread.
 *
 * <p>The newest blocks, of which the hashes are remembered, are read one by one by hash: a node can't answer of another block, and
 * each must follow on the one before. Older ones are read in ranges, with the hashes of those blocks that say something. Before
 * anything is read the newest remembered block must still be on the chain; if not, the newest one that is becomes the end of what
 * is read, and all events after it are taken back. When all is read the sums of the events are compared with the contract's.
 */
final class Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
    private static final int WIDEST = 2048, // blocks of a range: nodes refuse wide ones
            TOGETHER = 32, // of the newest, in one transaction
            EASY = 8; // ranges in a row after which a wider one is tried

    private final ChainView chain;
    private final WatchStore store;
    private final EventStore events;
    private final Bookings bookings;
    private final JdbcLedger ledger;
    private final int confirmations;
    private int width = WIDEST;
    private int easy;
    private volatile long verified = -1; // what was the next block when the sums were last right
    private boolean doubted; // they were wrong
    private volatile long head = -1;

    Watcher(
            ChainView chain,
            WatchStore store,
            EventStore events,
            Bookings bookings,
            JdbcLedger ledger,
            int confirmations) {
        this.chain = chain;
        this.store = store;
        this.events = events;
        this.bookings = bookings;
        this.ledger = ledger;
        this.confirmations = confirmations;
    }

    /**
     * Reads all that is confirmed now.
     *
     * @param going false: stops after what is being read
     * @throws ChainFault when it can't; what was read before is booked
     */
    void look(BooleanSupplier going) {
        chain.check();
        long newest = chain.head();
        rewind();
        if (doubted) verify(); // nothing is built upon books that lack something
        head = newest;
        long to = newest - confirmations;
        for (long next = store.next(); next <= to && going.getAsBoolean(); next = store.next()) read(next, to, newest);
        if (verified != store.next()) verify();
    }

    /** A node may leave out events without a word; the contract's own sums tell. */
    private void verify() {
        var last = store.remembered().lastEntry();
        if (last == null) return; // nothing was read yet
        var says = chain.totals(last.getKey());
        if (!found(last.getKey()).hash().equals(last.getValue()))
            throw new ChainFault(Code.INCONSISTENT, "block " + last.getKey() + " was replaced while it was read");
        var read = events.totals();
        doubted = !says.equals(read);
        if (doubted)
            throw new ChainFault(
                    Code.EVENTS_MISSING, "the contract counts " + says + ", the events read come to " + read);
        verified = store.next();
    }

    /** The newest block when it was last looked; -1: never. */
    long head() {
        return head;
    }

    private void rewind() {
        var remembered = store.remembered().descendingMap();
        boolean replaced = false;
        for (var block : remembered.entrySet()) {
            if (found(block.getKey()).hash().equals(block.getValue())) {
                if (replaced) rewind(block.getKey());
                return;
            }
            replaced = true;
        }
        if (replaced)
            throw new ChainFault(
                    Code.TOO_DEEP, "none of the " + remembered.size() + " blocks remembered is on the chain any more");
    }

    /** Whether all that was read adds up to what the contract says. */
    boolean settled(long next) {
        return verified == next;
    }

    private Block found(long number) {
        return chain.block(number)
                .orElseThrow(() -> new ChainFault(Code.BEHIND, "the node does not have block " + number));
    }

    private void rewind(long ancestor) {
        verified = -1; // other blocks may come to the same number
        long next = store.next();
        LOG.warn("the chain has replaced blocks {} to {}: what they said is taken back", ancestor + 1, next - 1);
        var outcome = ledger.inTransaction(transaction -> {
            if (!store.rewind(transaction, next, ancestor)) return Outcome.REPLAYED;
            for (PoolEvent event : events.after(transaction, ancestor)) bookings.undo(transaction, event);
            return Outcome.POSTED;
        });
        check(outcome);
    }

    private void read(long next, long to, long newest) {
        long old = newest - WatchStore.REMEMBERED;
        if (next <= old) range(next, Math.min(Math.min(next + width - 1, old), to));
        else oneByOne(next, Math.min(next + TOGETHER - 1, to));
    }

    private void range(long from, long to) {
        var said = events(from, to);
        for (PoolEvent event : said) {
            var place = event.place();
            if (!found(place.block()).hash().equals(place.blockHash()))
                throw new ChainFault(Code.INCONSISTENT, "block " + place.block() + " was replaced while it was read");
        }
        commit(from, to + 1, List.of(found(to)), said);
    }

    private List<PoolEvent> events(long from, long to) {
        try {
            var said = chain.events(from, to);
            if (++easy % EASY == 0) width = Math.min(WIDEST, 2 * width);
            return said;
        } catch (ChainFault e) { // too wide for the node, perhaps
            easy = 0;
            width = Math.max(1, (int) (to - from + 1) / 2);
            throw e;
        }
    }

    private void oneByOne(long from, long to) {
        var blocks = new ArrayList<Block>();
        var said = new ArrayList<PoolEvent>();
        String before = store.remembered().get(from - 1);
        for (long number = from; number <= to; number++) {
            var block = found(number);
            if (before != null && !block.parent().equals(before))
                throw new ChainFault(Code.INCONSISTENT, "block " + number + " does not follow on the one before");
            said.addAll(chain.events(block));
            blocks.add(block);
            before = block.hash();
        }
        commit(from, to + 1, blocks, said);
    }

    private void commit(long next, long to, Collection<Block> blocks, List<PoolEvent> said) {
        var outcome = ledger.inTransaction(transaction -> {
            if (!store.advance(transaction, next, to, blocks)) return Outcome.REPLAYED;
            for (PoolEvent event : said) bookings.book(transaction, event);
            return Outcome.POSTED;
        });
        check(outcome);
    }

    private static void check(Outcome outcome) {
        if (outcome != Outcome.POSTED)
            throw new IllegalStateException("what the chain says could not be booked; it is tried again: " + outcome);
    }
}
