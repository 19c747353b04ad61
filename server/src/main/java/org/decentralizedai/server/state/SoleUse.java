package org.decentralizedai.server.state;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's lock on its PostgreSQL database: two on one would settle each other's requests and number the same tasks. When the lock's
 * connection breaks the server is not {@link #alone} as far as it knows, until the lock is taken again; when another server was faster,
 * it is lost for good. An H2 file is locked by H2 itself. Thread-safe.
 */
public final class SoleUse implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SoleUse.class);
    private static final int CHECKED_EVERY_SECONDS = 5;
    private static final String TAKEN =
            "another server is using this database: stop it, or choose another one in the settings";
    private static final String UNKNOWN =
            "the database is away, and with it the lock on it: nothing is given out until it is locked again";

    private final String url;
    private final Runnable lost;
    private final ScheduledExecutorService checks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sole-use").factory());
    private @Nullable AdvisoryLock lock; // guarded by this, as the next two
    private int backend; // that held the lock last; 0: none yet
    private boolean closed;
    private volatile @Nullable String problem;

    private SoleUse(String url, Runnable lost) {
        this.url = url;
        this.lost = lost;
    }

    /**
     * @param url a JDBC address
     * @param patience with a server that is just ending
     * @param lost is called once when another server has the database after all: this one must end
     * @throws IllegalStateException when another server has it
     */
    public static SoleUse of(String url, Duration patience, Runnable lost) {
        var use = new SoleUse(url, lost);
        if (!url.startsWith("jdbc:postgresql:")) return use;
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            while (!use.take()) {
                if (System.nanoTime() - deadline >= 0) throw new IllegalStateException(TAKEN);
                Thread.sleep(200);
            }
        } catch (SQLException e) {
            use.close();
            throw new IllegalStateException("the database can't be locked: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            use.close();
            throw new IllegalStateException("stopped while waiting for the database", e);
        } catch (IllegalStateException e) {
            use.close();
            throw e;
        }
        use.checks.scheduleWithFixedDelay(use::check, CHECKED_EVERY_SECONDS, CHECKED_EVERY_SECONDS, TimeUnit.SECONDS);
        return use;
    }

    /** Whether this server has the database to itself, by the last check. */
    public boolean alone() {
        return problem == null;
    }

    /** Why this server should not go on; empty while it is {@link #alone}. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private synchronized boolean take() throws SQLException {
        if (lock == null) lock = new AdvisoryLock(url);
        if (!lock.tryTake()) return false;
        backend = lock.backend();
        return true;
    }

    private void check() {
        if (!isLost()) return;
        checks.shutdown();
        LOG.error(TAKEN);
        lost.run(); // without the monitor: it may end the process, whose hook closes this
    }

    /** Looks after the lock, and takes it again when its connection broke. */
    private synchronized boolean isLost() {
        try {
            if (closed || (problem == null && lock != null && lock.isHeld(CHECKED_EVERY_SECONDS))) return false;
            closeConnection();
            if (take()) {
                problem = null;
                LOG.info("the database was away; it is locked again");
                return false;
            }
            var holder = lock == null ? 0 : lock.holder();
            closeConnection(); // for the next check to try again
            if (holder != 0 && holder != backend) {
                problem = TAKEN;
                return true;
            }
            unknown("our own connection of before still holds it");
        } catch (SQLException e) { // still away, for us at least
            closeConnection();
            unknown(e.toString());
        }
        return false;
    }

    private void unknown(String why) {
        if (problem == null) LOG.warn("{} ({})", UNKNOWN, why);
        problem = UNKNOWN;
    }

    private synchronized void closeConnection() {
        if (lock != null) lock.close();
        lock = null;
    }

    @Override
    public void close() {
        checks.shutdownNow();
        synchronized (this) {
            closed = true;
            closeConnection();
        }
    }
}
