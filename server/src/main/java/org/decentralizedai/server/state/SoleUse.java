package org.decentralizedai.server.state;

import java.sql.Connection;
import java.sql.DriverManager;
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
 * A server's lock on its PostgreSQL database: two on one would settle each other's requests and number the same tasks. It is an
 * advisory lock of a connection that is used for nothing else, so that it ends with its process. When PostgreSQL restarts it is taken
 * again. An H2 file is locked by H2 itself. Thread-safe.
 */
public final class SoleUse implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SoleUse.class);
    private static final long LOCK = 0x6465_6361_695fL; // "decai_"; any number that no other program chooses
    private static final int CHECKED_EVERY_SECONDS = 5;
    private static final String TAKEN =
            "another server is using this database: stop it, or choose another one in the settings";

    private final String url;
    private final ScheduledExecutorService checks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sole-use").factory());
    private @Nullable Connection connection; // guarded by this
    private volatile @Nullable String problem;

    private SoleUse(String url) {
        this.url = url;
    }

    /**
     * @param url a JDBC address
     * @param patience with a server that is just ending
     * @throws IllegalStateException when another server has it
     */
    public static SoleUse of(String url, Duration patience) {
        var use = new SoleUse(url);
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

    /** Why this server should not go on; empty while it has the database to itself, as far as it knows. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private synchronized boolean take() throws SQLException {
        if (connection == null) connection = DriverManager.getConnection(url);
        try (var statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            try (var row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private synchronized void check() {
        try {
            if (connection != null && connection.isValid(CHECKED_EVERY_SECONDS)) return;
            closeConnection();
            boolean taken = take();
            if (!taken) closeConnection(); // for the next check to try again
            problem = taken ? null : TAKEN;
            if (taken) LOG.info("the database was away; it is locked again");
            else LOG.error(TAKEN);
        } catch (SQLException e) { // still away: so it is for everybody else
            LOG.debug("the database is away", e);
        }
    }

    private synchronized void closeConnection() {
        try {
            if (connection != null) connection.close();
        } catch (SQLException e) { // it is gone anyway
            LOG.debug("the lock's connection broke", e);
        }
        connection = null;
    }

    @Override
    public void close() {
        checks.shutdownNow();
        closeConnection();
    }
}
