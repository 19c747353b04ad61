package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** Closes the round before and opens the next one, with free tasks: first those that nobody has computed in earlier rounds. */
    public void advance(Opening opening) {
        long now = clock.millis();
        int number = opening.round().number();
        var record = opening.record();
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "update training_round set closed_at = ? where number = ? and closed_at is null", now, number - 1);
            insert(handle, opening, now);
            RoundTasks.takeBack(handle, number, opening.oldest());
            RoundTasks.open(handle, number, opening.tasks());
            if (record != null)
                handle.execute("insert into round_record (round, record) values (?, ?)", number - 1, record.hex());
            opening.also().book(handle);
        });
    }

    /** Under which the tasks of a round are computed, JSON; empty for rounds of a version that did not say. */
    public Optional<String> recipe(int number) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select recipe from training_round where number = :number and recipe is not null")
                .bind("number", number)
                .map((row, _) -> row.getString("recipe"))
                .findOne());
    }

    /** The blob that says what a closed round was made of. */
    public Optional<Sha256> record(int round) {
        return jdbi.withHandle(handle -> handle.createQuery("select record from round_record where round = :round")
                .bind("round", round)
                .map((row, _) -> new Sha256(row.getString("record")))
                .findOne());
    }

    /** The last rounds that have a record, newest first. */
    public Map<Integer, Sha256> records(int count) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from round_record order by round desc limit :count")
                .bind("count", count)
                .reduceRows(new LinkedHashMap<Integer, Sha256>(), (records, row) -> {
                    records.put(
                            row.getColumn("round", Integer.class), new Sha256(row.getColumn("record", String.class)));
                    return records;
                }));
    }

    private static void insert(Handle handle, Opening opening, long now) {
        var round = opening.round();
        var files = round.files();
        var delta = files.delta();
        var moment = files.moment();
        handle.createUpdate("""
                        insert into training_round (number, manifest, checkpoint, checkpoint_bytes, momentum, carry, delta,
                        delta_bytes, second_moment, published_moment, tokens, updates, train_loss, held_out_bits, held_out_error, opened_at, recipe,
                        thinned) values
                        (:number, :manifest, :checkpoint, :bytes, :momentum, :carry, :delta, :deltaBytes, :moment, :published,
                        :tokens, :updates,
                        :loss, :bits, :error, :now, :recipe, false)""")
                .bind("number", round.number())
                .bind("manifest", files.manifest().hex())
                .bind("checkpoint", files.checkpoint().hex())
                .bind("bytes", files.bytes())
                .bind("momentum", hex(files.momentum()))
                .bind("carry", hex(files.carry()))
                .bind("delta", delta == null ? null : words(delta.pieces()))
                .bind("deltaBytes", delta == null ? null : delta.bytes())
                .bind("moment", moment == null ? null : moment.running().hex())
                .bind("published", moment == null ? null : words(moment.published()))
                .bind("tokens", round.tokens())
                .bind("updates", round.updates())
                .bind("loss", round.trainLoss())
                .bind("bits", round.heldOutBits())
                .bind("error", round.heldOutError())
                .bind("now", now)
                .bind("recipe", opening.recipe())
                .execute();
    }

    private static String words(List<Sha256> hashes) {
        return String.join(" ", hashes.stream().map(Sha256::hex).toList());
    }

    private static List<Sha256> hashes(String words) {
        return Stream.of(words.split(" ")).map(Sha256::new).toList();
    }

    private static @Nullable String hex(@Nullable Sha256 hash) {
        return hash == null ? null : hash.hex();
    }

    /** Adds one free task to a running round: one that an earlier round has left, or a new one. */
    public void openTask(int round) {
        jdbi.useTransaction(handle -> RoundTasks.open(handle, round, 1));
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

    /** Forgets the tasks that counted in rounds below {@code number}; messages about them get UNKNOWN_LEASE instead of LATE. */
    public void trimTasks(int number) {
        jdbi.useHandle(handle -> RoundTasks.trim(handle, number));
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
                delta(row.getString("delta"), row.getInt("delta_bytes")),
                moment(row.getString("second_moment"), row.getString("published_moment")));
    }

    private static @Nullable Sha256 hash(@Nullable String hex) {
        return hex == null ? null : new Sha256(hex);
    }

    private static RoundFiles.@Nullable Delta delta(@Nullable String pieces, int bytes) {
        if (pieces == null) return null;
        return new RoundFiles.Delta(hashes(pieces), bytes);
    }

    private static RoundFiles.@Nullable Moment moment(@Nullable String running, @Nullable String published) {
        return running == null || published == null
                ? null
                : new RoundFiles.Moment(new Sha256(running), hashes(published));
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }
}
