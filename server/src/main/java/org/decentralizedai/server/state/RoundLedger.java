package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.decentralizedai.wire.Sha256;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** The rounds of the run and the numbering of its tasks. A round is closed and the next one opened in one commit. */
public final class RoundLedger {
    private final Jdbi jdbi;
    private final Clock clock;

    public RoundLedger(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public Optional<Round> current() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from training_round order by number desc limit 1")
                .map(RoundLedger::round)
                .findOne());
    }

    public Optional<Round> find(int number) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from training_round where number = :number")
                .bind("number", number)
                .map(RoundLedger::round)
                .findOne());
    }

    /** All rounds, oldest first. */
    public List<Round> all() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from training_round order by number")
                .map(RoundLedger::round)
                .list());
    }

    /** So many rounds up to {@code last}, oldest first. */
    public List<Round> upTo(int last, int count) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from training_round where number > :after and number <= :last order by number")
                .bind("after", last - count)
                .bind("last", last)
                .map(RoundLedger::round)
                .list());
    }

    /** Rounds whose checkpoint is still stored, oldest first. */
    public List<Round> stored() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from training_round where not thinned order by number")
                        .map(RoundLedger::round)
                        .list());
    }

    /** Rounds whose delta is still stored, oldest first. */
    public List<Round> withDelta() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from training_round where delta is not null order by number")
                        .map(RoundLedger::round)
                        .list());
    }

    /** Closes the round before {@code next} and opens {@code next} with {@code tasks} free tasks. */
    public void advance(Round next, int tasks) {
        long now = clock.millis();
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "update training_round set closed_at = ? where number = ? and closed_at is null",
                    now,
                    next.number() - 1);
            insert(handle, next, now);
            for (int i = 0; i < tasks; i++) insertTask(handle, next.number(), i);
        });
    }

    private static void insert(Handle handle, Round round, long now) {
        var files = round.files();
        var delta = files.delta();
        handle.createUpdate("""
                        insert into training_round (number, manifest, checkpoint, checkpoint_bytes, momentum, carry, delta,
                        delta_bytes, tokens, updates, train_loss, held_out_bits, held_out_error, opened_at, thinned) values
                        (:number, :manifest, :checkpoint, :bytes, :momentum, :carry, :delta, :deltaBytes, :tokens, :updates,
                        :loss, :bits, :error, :now, false)""")
                .bind("number", round.number())
                .bind("manifest", files.manifest().hex())
                .bind("checkpoint", files.checkpoint().hex())
                .bind("bytes", files.bytes())
                .bind("momentum", hex(files.momentum()))
                .bind("carry", hex(files.carry()))
                .bind(
                        "delta",
                        delta == null
                                ? null
                                : String.join(
                                        " ",
                                        delta.pieces().stream().map(Sha256::hex).toList()))
                .bind("deltaBytes", delta == null ? null : delta.bytes())
                .bind("tokens", round.tokens())
                .bind("updates", round.updates())
                .bind("loss", round.trainLoss())
                .bind("bits", round.heldOutBits())
                .bind("error", round.heldOutError())
                .bind("now", now)
                .execute();
    }

    private static @Nullable String hex(@Nullable Sha256 hash) {
        return hash == null ? null : hash.hex();
    }

    private static void insertTask(Handle handle, int round, int index) {
        handle.execute("update run set next_task = next_task + 1");
        handle.createUpdate("""
                        insert into task (id, round, task_index, state, fence, deadline, last_deadline)
                        values ((select next_task - 1 from run), :round, :index, 'FREE', 0, 0, 0)""").bind("round", round).bind("index", index).execute();
    }

    /** Adds one free task to a running round. */
    public void openTask(int round) {
        jdbi.useTransaction(handle -> {
            int index = handle.createQuery("select count(*) from task where round = :round")
                    .bind("round", round)
                    .mapTo(Integer.class)
                    .one();
            insertTask(handle, round, index);
        });
    }

    public void evaluated(int number, double bits, double error) {
        jdbi.useHandle(handle -> handle.execute(
                "update training_round set held_out_bits = ?, held_out_error = ? where number = ?",
                bits,
                error,
                number));
    }

    public void thinned(int number) {
        jdbi.useHandle(handle -> handle.execute("update training_round set thinned = true where number = ?", number));
    }

    public void deltaThinned(int number) {
        jdbi.useHandle(handle ->
                handle.execute("update training_round set delta = null, delta_bytes = null where number = ?", number));
    }

    /** Forgets the tasks of rounds below {@code number}; later messages about them get UNKNOWN_LEASE instead of LATE. */
    public void trimTasks(int number) {
        jdbi.useHandle(handle -> handle.execute("delete from task where round < ?", number));
    }

    private static Round round(ResultSet row, StatementContext context) throws SQLException {
        return new Round(
                row.getInt("number"),
                files(row),
                row.getLong("tokens"),
                row.getLong("updates"),
                number(row, "train_loss"),
                number(row, "held_out_bits"),
                number(row, "held_out_error"),
                row.getLong("opened_at"),
                row.getBoolean("thinned"));
    }

    private static RoundFiles files(ResultSet row) throws SQLException {
        return new RoundFiles(
                new Sha256(row.getString("manifest")),
                new Sha256(row.getString("checkpoint")),
                row.getLong("checkpoint_bytes"),
                hash(row.getString("momentum")),
                hash(row.getString("carry")),
                delta(row.getString("delta"), row.getInt("delta_bytes")));
    }

    private static @Nullable Sha256 hash(@Nullable String hex) {
        return hex == null ? null : new Sha256(hex);
    }

    private static RoundFiles.@Nullable Delta delta(@Nullable String pieces, int bytes) {
        if (pieces == null) return null;
        return new RoundFiles.Delta(
                Stream.of(pieces.split(" ")).map(Sha256::new).toList(), bytes);
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }
}
