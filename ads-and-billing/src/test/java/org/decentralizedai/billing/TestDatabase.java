package org.decentralizedai.billing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.UUID;
import org.decentralizedai.billing.database.OneAtATime;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** A migrated database with a pool as large as the server's, used as the server uses its own. */
public final class TestDatabase implements AutoCloseable {
    private static final String MODE = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final boolean file;

    private TestDatabase(String url) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(8);
        pool = new HikariDataSource(settings);
        Flyway.configure().dataSource(pool).load().migrate();
        file = url.startsWith("jdbc:h2:async:");
        jdbi = Jdbi.create(file ? new OneAtATime(pool) : pool);
    }

    public static TestDatabase inMemory() {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + MODE + ";DB_CLOSE_DELAY=-1");
    }

    public static TestDatabase inFile(Path folder) {
        return new TestDatabase(fileUrl(folder));
    }

    /** As the server opens its own. */
    public static String fileUrl(Path folder) {
        return "jdbc:h2:async:" + folder.resolve("run").toAbsolutePath() + MODE
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }

    public static TestDatabase at(String url) {
        return new TestDatabase(url);
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    /** Forces all commits before it to the disk, as the server does. */
    public void sync() {
        if (file) jdbi.useHandle(handle -> handle.execute("checkpoint sync"));
    }

    @Override
    public void close() {
        pool.close();
    }
}
