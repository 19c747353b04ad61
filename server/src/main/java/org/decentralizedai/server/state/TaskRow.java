package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.StatementContext;

/** A task as its row says. */
final class TaskRow {
    private TaskRow() {}

    static TaskLedger.Task of(ResultSet row, StatementContext context) throws SQLException {
        return new TaskLedger.Task(
                row.getLong("id"),
                row.getInt("round"),
                Replica.index(row),
                TaskLedger.State.valueOf(row.getString("state")),
                row.getString("worker"),
                row.getLong("fence"),
                row.getObject("log_position", Long.class),
                row.getObject("counts_in", Integer.class),
                row.getBoolean("unproven"),
                row.getLong("portion"),
                row.getInt("first_window"),
                row.getInt("windows"),
                row.getInt("steps"),
                row.getInt("batch"),
                row.getObject("replica_of", Long.class));
    }
}
