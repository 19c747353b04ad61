package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.Lease;

/**
 * The updates of which a part has come, so that a broken upload is resumed. Each is its worker's alone: leases can be guessed, and
 * who names another's finds nothing here. A whole update's memory is reserved when it begins, bounded over all workers, and given
 * to others when nothing is added for {@link #PATIENCE}. Thread-safe.
 */
final class Uploads {
    /** In which a line of 9 kbit/s carries a chunk. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Clock clock;
    private final long maxBytes;
    private final Map<Key, Upload> all = new HashMap<>();
    private long bytes; // of all of them when they are complete

    private record Key(String worker, Lease lease) {
        static Key of(Upload upload) {
            return new Key(upload.worker(), upload.begin().lease());
        }
    }

    /** @param maxBytes of all together */
    Uploads(Clock clock, long maxBytes) {
        this.clock = clock;
        this.maxBytes = maxBytes;
    }

    synchronized Optional<Upload> find(String worker, Lease lease) {
        return Optional.ofNullable(all.get(new Key(worker, lease)));
    }

    /**
     * The one that was begun with this before, or a fresh one instead of what its worker has begun of this lease otherwise. Empty
     * when there is no room.
     */
    synchronized Optional<Upload> begin(String worker, UpdateBegin begin, Supplier<Upload> fresh) {
        var before = find(worker, begin.lease());
        if (before.filter(upload -> upload.begin().equals(begin)).isPresent()) return before;
        before.ifPresent(this::drop);
        if (bytes + begin.encodedBytes() > maxBytes) return Optional.empty();
        var upload = fresh.get();
        all.put(Key.of(upload), upload);
        bytes += begin.encodedBytes();
        return Optional.of(upload);
    }

    /** Whether it was not dropped. */
    synchronized boolean has(Upload upload) {
        return all.get(Key.of(upload)) == upload;
    }

    synchronized void drop(Upload upload) {
        if (all.remove(Key.of(upload), upload)) bytes -= upload.begin().encodedBytes();
    }

    /** Complete ones wait for the server, not for their workers. */
    void giveUpIdle() {
        long since = clock.millis() - PATIENCE.toMillis();
        for (Upload upload : list()) if (upload.idleSince(since)) drop(upload);
    }

    synchronized List<Upload> list() {
        return List.copyOf(all.values());
    }
}
