package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SoleUseIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final AtomicInteger lost = new AtomicInteger();
    private EmbeddedPostgres postgres;
    private String url;

    @BeforeEach
    void start() throws IOException {
        postgres = EmbeddedPostgres.start();
        url = postgres.getJdbcUrl("postgres", "postgres");
    }

    @AfterEach
    void stop() throws IOException {
        postgres.close();
    }

    private SoleUse use() {
        return SoleUse.of(url, Duration.ZERO, lost::incrementAndGet);
    }

    private void assertRefused() {
        assertThatThrownBy(() -> use().close()).hasMessageContaining("another server is using this database");
    }

    private void breakConnections() throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()");
        }
    }

    @Test
    void secondServer_isRefused_untilTheFirstHasEnded_alsoWhenTheConnectionBrokeBetween() throws Exception {
        try (var first = use()) {
            assertRefused();
            breakConnections();
            await().atMost(SOON).untilAsserted(this::assertRefused);
            assertThat(first.alone()).isTrue();
        }
        use().close();
        assertThat(lost).hasValue(0);
    }

    @Test
    void anotherWasFaster_itIsLostForGood() throws Exception {
        try (var first = use()) {
            breakConnections();
            try (var second = use()) {
                await().atMost(SOON).until(() -> lost.get() == 1);
                assertThat(first.problem().orElseThrow()).contains("another server");
                assertThat(second.alone()).isTrue();
            }
            use().close(); // the first does not take it back
            assertThat(first.alone()).isFalse();
        }
        assertThat(lost).hasValue(1);
    }

    @Test
    void databaseAway_isNotAlone() throws Exception {
        try (var first = use()) {
            postgres.close();
            await().atMost(SOON).until(() -> !first.alone());
            assertThat(first.problem().orElseThrow()).contains("away");
        }
        assertThat(lost).hasValue(0);
    }

    @Test
    void ownConnectionThatHangs_isNotTakenForAnotherServer() throws Exception {
        try (var first = use()) {
            String backend = holder();
            signal("-STOP", backend);
            try {
                await().atMost(SOON).until(() -> !first.alone());
                assertThat(first.problem().orElseThrow()).doesNotContain("another server");
            } finally {
                signal("-CONT", backend);
            }
            await().atMost(SOON).until(first::alone);
        }
        assertThat(lost).hasValue(0);
    }

    private String holder() throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var row = statement.executeQuery("select pid from pg_locks where locktype = 'advisory'")) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static void signal(String signal, String process) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, process).start().waitFor())
                .isZero();
    }
}
