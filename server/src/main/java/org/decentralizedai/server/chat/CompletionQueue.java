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
 * waits; among themselves: first come, first served. Visitors may have half of the places to wait, and one household half of
 * theirs, so that nobody can keep all others out. The callers' own threads wait and compute. Thread-safe.
 */
final class CompletionQueue {
    private static final int PAYERS_IN_A_ROW = 3;

    private final int workers;
    private final int queue;
    private final Deque<Place> payers = new ArrayDeque<>(); // that wait; all below are guarded by this
    private final Deque<Place> visitors = new ArrayDeque<>(); // that wait
    private final Map<String, Integer> households = new HashMap<>(); // places of visitors, waiting or not
    private int visiting; // sum of these
    private int working;
    private int payersInARow;

    CompletionQueue(int workers, int queue) {
        this.workers = workers;
        this.queue = queue;
    }

    /** @throws ChatException when nobody else may wait, or no other visitor */
    synchronized Place enter(Caller caller) {
        if (occupied() >= workers + queue) throw full("Too many requests wait for this model.");
        var place = new Place(caller);
        switch (caller) {
            case KeyHolder _ -> payers.add(place);
            case Visitor visitor -> {
                admit(visitor);
                visitors.add(place);
            }
        }
        return place;
    }

    private void admit(Visitor visitor) {
        String household = LocalAddress.household(visitor.address());
        int most = workers + (queue + 1) / 2, had = households.getOrDefault(household, 0);
        if (visiting >= most) throw full("Too many requests without a key wait for this model.");
        if (!LocalAddress.is(visitor.address()) && had >= Math.max(1, most / 2))
            throw full("Too many requests from your address wait for this model.");
        households.put(household, had + 1);
        visiting++;
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
        if (place.caller instanceof Visitor visitor) {
            households.computeIfPresent(
                    LocalAddress.household(visitor.address()), (_, places) -> places == 1 ? null : places - 1);
            visiting--;
        }
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
