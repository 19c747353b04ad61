package org.decentralizedai.billing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** A migrated database with a pool as large as the server's. */
public final class TestDatabase implements AutoCloseable {
    private static final String MODE = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";

    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private TestDatabase(String url) {
        var settings = new HikariConfig();
        settings.setJdbcUrl(url);
        settings.setMaximumPoolSize(8);
        pool = new HikariDataSource(settings);
        Flyway.configure().dataSource(pool).load().migrate();
        jdbi = Jdbi.create(pool);
    }

    public static TestDatabase inMemory() {
        return new TestDatabase("jdbc:h2:mem:" + UUID.randomUUID() + MODE + ";DB_CLOSE_DELAY=-1");
    }

    public static TestDatabase inFile(Path folder) {
        return new TestDatabase("jdbc:h2:async:" + folder.resolve("run").toAbsolutePath() + MODE + ";WRITE_DELAY=0");
    }

    public static TestDatabase at(String url) {
        return new TestDatabase(url);
    }

    public Jdbi jdbi() {
        return jdbi;
    }

    @Override
    public void close() {
        pool.close();
    }
}
