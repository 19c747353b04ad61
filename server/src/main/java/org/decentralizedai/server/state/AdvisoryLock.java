package org.decentralizedai.server.state;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to PostgreSQL that is used for nothing but an advisory lock, so that the lock ends with its process. A machine that is
 * gone without a word is noticed within half a minute, by both sides. Guarded by its user.
 */
final class AdvisoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdvisoryLock.class);
    private static final long LOCK = 0x6465_6361_695fL; // "decai_"; any number that no other program chooses
    private static final String TIMEOUT_SECONDS = "10"; // of one answer

    private final Connection connection;
    private final int backend;

    AdvisoryLock(String url) throws SQLException {
        var settings = new Properties(); // what the address says wins over them
        settings.setProperty("connectTimeout", TIMEOUT_SECONDS);
        settings.setProperty("loginTimeout", TIMEOUT_SECONDS);
        settings.setProperty("socketTimeout", TIMEOUT_SECONDS);
        connection = DriverManager.getConnection(url, settings);
        try (var statement = connection.createStatement()) {
            statement.execute(
                    "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3");
            try (var row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                backend = row.getInt(1);
            }
        } catch (SQLException e) {
            close();
            throw e;
        }
    }

    /** PostgreSQL's process for this connection. */
    int backend() {
        return backend;
    }

    boolean tryTake() throws SQLException {
        try (var statement = connection.prepareStatement("select pg_try_advisory_lock(?)")) {
            statement.setLong(1, LOCK);
            try (var row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Whether the connection lives, and the lock with it. */
    boolean isHeld(int patienceSeconds) throws SQLException {
        return connection.isValid(patienceSeconds);
    }

    /** PostgreSQL's process that has the lock; 0: none. */
    int holder() throws SQLException {
        try (var statement = connection.prepareStatement("""
                select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
                and (classid::bigint << 32 | objid::bigint) = ?
                and database = (select oid from pg_database where datname = current_database())""")) {
            statement.setLong(1, LOCK);
            try (var row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) { // it is gone anyway
            LOG.debug("the lock's connection broke", e);
        }
    }
}
