package org.decentralizedai.server.chat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.server.chat.Caller.KeyHolder;
import org.decentralizedai.server.chat.Caller.Visitor;
import org.decentralizedai.server.edge.LocalAddress;

/**
 * Lets a few requests compute and a bounded number wait. Whoever pays goes first, but for every fourth turn, which is a visitor's when one
 * waits; among themselves: first come, first served. One customer may have half of all places, and all customers together leave one to
 * visitors; these may have half of the places to wait, and one household half of theirs: so that nobody alone can keep all others out.
 * The callers' own threads wait and compute. Thread-safe.
 */
final class CompletionQueue {
    private static final int PAYERS_IN_A_ROW = 3;

    private final int workers;
    private final int queue;
    private final Deque<Place> payers = new ArrayDeque<>(); // that wait; all below are guarded by this
    private final Deque<Place> visitors = new ArrayDeque<>(); // that wait
    private final Map<String, Integer> places = new HashMap<>(); // of customers and households, waiting or not
    private int paying; // places of customers, waiting or not
    private int working;
    private int payersInARow;

    CompletionQueue(int workers, int queue) {
        this.workers = workers;
        this.queue = queue;
    }

    /** @throws ChatException when nobody else may wait, or nobody of the caller's kind, or the caller has enough places */
    synchronized Place enter(Caller caller) {
        if (occupied() >= workers + queue) throw full("Too many requests wait for this model.");
        var place = new Place(caller);
        switch (caller) {
            case KeyHolder holder -> {
                admit(holder);
                payers.add(place);
                paying++;
            }
            case Visitor visitor -> {
                admit(visitor);
                visitors.add(place);
            }
        }
        places.merge(party(caller), 1, Integer::sum);
        return place;
    }

    private void admit(KeyHolder holder) {
        int all = workers + queue;
        if (had(holder) >= Math.max(1, (all + 1) / 2))
            throw full("Too many requests of your account wait for this model.");
        if (paying >= Math.max(1, all - 1)) throw full("Too many requests with keys wait for this model.");
    }

    private void admit(Visitor visitor) {
        int half = (queue + 1) / 2;
        if (visitors.size() >= workers - working + half) // those that find a worker don't wait
        throw full("Too many requests without a key wait for this model.");
        if (!LocalAddress.is(visitor.address()) && had(visitor) >= Math.max(1, (workers + half) / 2))
            throw full("Too many requests from your address wait for this model.");
    }

    private int had(Caller caller) {
        return places.getOrDefault(party(caller), 0);
    }

    private static String party(Caller caller) {
        return switch (caller) {
            case KeyHolder holder -> holder.key().customer();
            case Visitor visitor -> LocalAddress.household(visitor.address());
        };
    }

    private static ChatException full(String why) {
        return new ChatException(ChatError.QUEUE_FULL, why + " Please try again shortly.", null);
    }

    /** Requests that compute or wait. */
    synchronized int occupied() {
        return working + payers.size() + visitors.size();
    }

    private synchronized boolean await(Place place, long deadlineNanos) throws InterruptedException {
        while (working >= workers || next().peek() != place) {
            long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0) return false;
            wait(millis);
        }
        var line = next();
        line.remove();
        payersInARow = line == payers ? payersInARow + 1 : 0;
        working++;
        notifyAll(); // the next in line may find a worker too
        return true;
    }

    /** Whose turn is next; of nobody when nobody waits. */
    private Deque<Place> next() {
        if (payers.isEmpty()) return visitors;
        return payersInARow >= PAYERS_IN_A_ROW && !visitors.isEmpty() ? visitors : payers;
    }

    private synchronized void leave(Place place, boolean worked) {
        if (worked) working--;
        else if (!payers.remove(place)) visitors.remove(place);
        if (place.caller instanceof KeyHolder) paying--;
        places.computeIfPresent(party(place.caller), (_, had) -> had == 1 ? null : had - 1);
        notifyAll();
    }

    /** A place in the queue, then at a worker; closing it gives it back. Used by one thread. */
    final class Place implements AutoCloseable {
        private final Caller caller;
        private boolean atWorker;
        private boolean closed;

        private Place(Caller caller) {
            this.caller = caller;
        }

        /** Whether it is this request's turn, waiting for it at most so long. */
        boolean await(Duration patience) throws InterruptedException {
            if (!atWorker) atWorker = CompletionQueue.this.await(this, System.nanoTime() + patience.toNanos());
            return atWorker;
        }

        @Override
        public void close() {
            if (closed) return;
            closed = true;
            leave(this, atWorker);
        }
    }
}
