package org.decentralizedai.server.train;

import java.util.LinkedHashSet;
import org.decentralizedai.wire.Lease;

/**
 * Leases whose workers have lately heard that no update of them is taken: whatever is still under way then is worth no further
 * answer, and a refusal is counted once. Thread-safe.
 */
final class Answered {
    private static final int REMEMBERED = 10_000;

    private final LinkedHashSet<Key> lately = new LinkedHashSet<>(); // oldest first

    private record Key(String worker, Lease lease) {}

    /** False when it was here. */
    synchronized boolean add(String worker, Lease lease) {
        if (!lately.add(new Key(worker, lease))) return false;
        if (lately.size() > REMEMBERED) lately.removeFirst();
        return true;
    }

    /** An update of it is taken after all. */
    synchronized void forget(String worker, Lease lease) {
        lately.remove(new Key(worker, lease));
    }
}
