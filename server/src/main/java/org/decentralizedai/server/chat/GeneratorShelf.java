package org.decentralizedai.server.chat;

import java.util.Optional;
import java.util.function.Supplier;
import org.decentralizedai.store.djl.Generator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the generator of the promoted checkpoint loaded. A request borrows it for one answer; when another checkpoint has been
 * promoted meanwhile, the next request loads that one, and the old one's memory goes with its last borrower. Thread-safe.
 */
final class GeneratorShelf implements AutoCloseable {
    private final Supplier<Optional<ServedCheckpoint>> promoted;
    private @Nullable Loaded loaded; // guarded by this
    private boolean closed; // guarded by this

    GeneratorShelf(Supplier<Optional<ServedCheckpoint>> promoted) {
        this.promoted = promoted;
    }

    Optional<ServedCheckpoint> promoted() {
        return promoted.get();
    }

    /**
     * @throws ChatException while nothing is promoted, and when it goes away
     * @throws RuntimeException from reading the weights
     */
    synchronized Loan borrow() {
        ServedCheckpoint wanted = promoted().orElseThrow(GeneratorShelf::notReady);
        if (closed) throw notReady();
        if (loaded == null || !loaded.checkpoint.hash().equals(wanted.hash())) {
            var next = new Loaded(
                    wanted, new Generator(wanted.config(), wanted.weights().get()));
            if (loaded != null) retire(loaded);
            loaded = next;
        }
        loaded.borrowers++;
        return new Loan(loaded);
    }

    static ChatException notReady() {
        return new ChatException(
                ChatError.NOT_READY, "No checkpoint has been promoted yet. Please try again in a few minutes.", null);
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Lends nothing any more. */
    @Override
    public synchronized void close() {
        closed = true;
        if (loaded != null) retire(loaded);
        loaded = null;
    }

    private void retire(Loaded old) {
        old.retired = true;
        if (old.borrowers == 0) old.generator.close();
    }

    private synchronized void giveBack(Loaded lent) {
        lent.borrowers--;
        if (lent.retired && lent.borrowers == 0) lent.generator.close();
    }

    private static final class Loaded {
        final ServedCheckpoint checkpoint;
        final Generator generator;
        int borrowers;
        boolean retired;

        Loaded(ServedCheckpoint checkpoint, Generator generator) {
            this.checkpoint = checkpoint;
            this.generator = generator;
        }
    }

    /** The generator for one answer; closed once. */
    final class Loan implements AutoCloseable {
        private final Loaded lent;

        private Loan(Loaded lent) {
            this.lent = lent;
        }

        ServedCheckpoint checkpoint() {
            return lent.checkpoint;
        }

        Generator generator() {
            return lent.generator;
        }

        @Override
        public void close() {
            giveBack(lent);
        }
    }
}
