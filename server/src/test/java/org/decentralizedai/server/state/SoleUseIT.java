package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SoleUseIT {
    @Test
    void secondServer_isRefused_untilTheFirstHasEnded_alsoWhenTheConnectionBrokeBetween() throws Exception {
        try (var postgres = EmbeddedPostgres.start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            try (var first = SoleUse.of(url, Duration.ZERO)) {
                assertRefused(url);
                breakConnections(url);
                await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertRefused(url));
                assertThat(first.problem()).isEmpty();
                breakConnections(url);
                try (var second = SoleUse.of(url, Duration.ZERO)) { // it was faster
                    await().atMost(Duration.ofSeconds(20))
                            .until(() -> first.problem().isPresent());
                    assertThat(second.problem()).isEmpty();
                }
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> first.problem().isEmpty());
            }
            SoleUse.of(url, Duration.ZERO).close();
        }
    }

    private static void assertRefused(String url) {
        assertThatThrownBy(() -> SoleUse.of(url, Duration.ZERO).close())
                .hasMessageContaining("another server is using this database");
    }

    private static void breakConnections(String url) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()");
        }
    }
}
