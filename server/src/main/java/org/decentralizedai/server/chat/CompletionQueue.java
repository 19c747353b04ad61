package org.decentralizedai.server.chat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets a few requests compute and a bounded number wait, first come, first served. The callers' own threads wait and compute.
 * Thread-safe.
 */
final class CompletionQueue {
    private final int workers;
    private final int queue;
    private final Deque<Place> waiting = new ArrayDeque<>(); // guarded by this
    private int working; // guarded by this

    CompletionQueue(int workers, int queue) {
        this.workers = workers;
        this.queue = queue;
    }

    /** @throws ChatException when nobody else may wait */
    synchronized Place enter() {
        if (working + waiting.size() >= workers + queue)
            throw new ChatException(
                    ChatError.QUEUE_FULL, "Too many requests wait for this model. Please try again shortly.", null);
        var place = new Place();
        waiting.add(place);
        return place;
    }

    /** Requests that compute or wait. */
    synchronized int occupied() {
        return working + waiting.size();
    }

    private synchronized boolean await(Place place, long deadlineNanos) throws InterruptedException {
        while (working >= workers || waiting.peek() != place) {
            long millis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (millis <= 0) return false;
            wait(millis);
        }
        waiting.remove();
        working++;
        notifyAll(); // the next in line may find a worker too
        return true;
    }

    private synchronized void leave(Place place, boolean worked) {
        if (worked) working--;
        else waiting.remove(place);
        notifyAll();
    }

    /** A place in the queue, then at a worker; closing it gives it back. Used by one thread. */
    final class Place implements AutoCloseable {
        private boolean atWorker;
        private boolean closed;

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
