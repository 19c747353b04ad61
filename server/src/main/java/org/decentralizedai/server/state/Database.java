package org.decentralizedai.server.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import org.decentralizedai.billing.database.OneAtATime;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** A pool of connections to a migrated database. Thread-safe. */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final boolean embedded;

    /** Takes connections out of the pool that H2 has closed, on a full disk, too; the next one opens the file again. */
    private static final class GoneConnections implements SQLExceptionOverride {
        @java.lang.Override
        public Override adjudicate(SQLException e) {
            return e instanceof SQLNonTransientConnectionException ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
        }
    }

    private Database(HikariDataSource pool, boolean embedded) {
        this.pool = pool;
        this.jdbi = Jdbi.create(embedded ? new OneAtATime(pool) : pool); // or a kill may leave a commit by halves
        this.embedded = embedded;
    }

    /**
     * H2 in {@code folder/run.mv.db}.
     *
     * <p>What H2's commits are worth: by default one waits in memory for up to 500 ms. With WRITE_DELAY=0 it is handed to the
     * operating system at once, unless another thread is just writing, which {@link OneAtATime} rules out, and so survives the death of this process. H2 never
     * forces a commit to the disk. {@link #sync} does so for all commits before it; whatever is acknowledged to somebody
     * outside, or lets something be deleted, is synced first. "async": a file that an interrupted thread does not close for all
     * others.
     */
    public static Database embedded(Path folder) {
        return embedded(folder, "async");
    }

    /** @param files one of H2's file systems */
    public static Database embedded(Path folder, String files) {
        var database = open(
                "jdbc:h2:" + files + ":" + folder.resolve("run").toAbsolutePath()
                        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        try {
            database.sync();
            try (var entries = FileChannel.open(
                    folder, StandardOpenOption.READ)) { // or the new file may have no name after a power cut
                entries.force(true);
            }
            return database;
        } catch (IOException | RuntimeException e) {
            database.close();
            throw new IllegalStateException("the database in " + folder + " can't be forced to the disk", e);
        }
    }

    /** @param url a JDBC address of H2 (PostgreSQL mode) or PostgreSQL, user and password included */
    public static Database open(String url) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(8);
        settings.setMinimumIdle(1);
        settings.setPoolName("database");
        // a commit that returns is on the disk, whatever the server's default says
        if (url.startsWith("jdbc:postgresql:"))
            settings.setConnectionInitSql("select set_config('synchronous_commit', 'on', false)"
                    + " where current_setting('synchronous_commit') = 'off'");
        settings.setExceptionOverride(new GoneConnections());
        var pool = new HikariDataSource(settings);
        try {
            Flyway.configure().dataSource(pool).load().migrate();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return new Database(pool, url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:h2:mem:"));
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    /** Forces all commits before it to the disk. PostgreSQL does so at each commit by itself. */
    public void sync() {
        if (embedded) jdbi.useHandle(handle -> handle.execute("checkpoint sync"));
    }

    public boolean embedded() {
        return embedded;
    }

    /** Writes a consistent copy of the H2 file into a zip while the database is in use. */
    public void backup(Path zip) {
        if (!embedded) throw new IllegalStateException("back up PostgreSQL with its own tools, e.g. pg_dump");
        jdbi.useHandle(
                handle -> handle.execute("backup to ?", zip.toAbsolutePath().toString()));
    }

    /** Asks the database something; throws when it does not answer. */
    public void probe() {
        jdbi.useHandle(
                handle -> handle.createQuery("select 1").mapTo(Integer.class).one());
    }

    @Override
    public void close() {
        pool.close();
    }
}
