package org.decentralizedai.server.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** A pool of connections to a migrated database. Thread-safe. */
public final class Database implements AutoCloseable {
    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final boolean embedded;

    private Database(HikariDataSource pool, boolean embedded) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
        this.embedded = embedded;
    }

    /**
     * H2 in {@code folder/run.mv.db}.
     *
     * <p>WRITE_DELAY=0: every commit is handed to the operating system before it returns (H2's default waits up to 500 ms), so it
     * survives the death of this process. H2 does not force each commit to the disk; {@link #sync} does, and is called when a
     * round is closed. A commit between two syncs that a power cut takes away is put back from the {@link GradientLog}, which
     * forces every append. "async": a file that an interrupted thread does not close for all others.
     */
    public static Database embedded(Path folder) {
        return open(
                "jdbc:h2:async:" + folder.resolve("run").toAbsolutePath()
                        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
    }

    /** @param url a JDBC address of H2 (PostgreSQL mode) or PostgreSQL, user and password included */
    public static Database open(String url) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(8);
        settings.setMinimumIdle(1);
        settings.setPoolName("database");
        var pool = new HikariDataSource(settings);
        try {
            Flyway.configure().dataSource(pool).load().migrate();
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
        return new Database(pool, url.startsWith("jdbc:h2:"));
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    /** Forces all commits to the disk. PostgreSQL does so at each commit by itself. */
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
