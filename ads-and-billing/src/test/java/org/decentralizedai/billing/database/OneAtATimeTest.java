package org.decentralizedai.billing.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

class OneAtATimeTest {
    private final JdbcDataSource h2 = new JdbcDataSource();
    private final OneAtATime one = new OneAtATime(h2);

    OneAtATimeTest() {
        h2.setURL("jdbc:h2:mem:");
    }

    @Test
    void secondThread_waitsUntilTheFirstHasClosedAll() throws Exception {
        var outer = one.getConnection();
        var inner = one.getConnection();
        var other = CompletableFuture.supplyAsync(this::opened);
        outer.close();
        outer.close();
        assertThatThrownBy(() -> other.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        inner.close();
        assertThat(other.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void connectionThatCantBeOpened_keepsNobodyWaiting() throws Exception {
        h2.setURL("jdbc:nonsense:");
        assertThatThrownBy(one::getConnection).isInstanceOf(SQLException.class);
        h2.setURL("jdbc:h2:mem:");
        assertThat(CompletableFuture.supplyAsync(this::opened).get(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void errors_areTheDriversOwn() throws SQLException {
        try (var connection = one.getConnection();
                var statement = connection.createStatement()) {
            connection.close();
            assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::createStatement).isInstanceOf(SQLException.class);
        }
    }

    private boolean opened() {
        try (Connection connection = one.getConnection()) {
            return !connection.isClosed();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
