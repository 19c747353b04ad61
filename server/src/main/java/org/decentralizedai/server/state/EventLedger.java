package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.wire.Sha256;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** What an operator did, and which checkpoints were promoted or not and why. Only ever added to. */
public final class EventLedger {
    /** One thing that happened. */
    public record Event(long atMillis, String kind, String sentence) {}

    private final Database database;
    private final Jdbi jdbi;
    private final Clock clock;

    public EventLedger(Database database, Clock clock) {
        this.database = database;
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public void add(String kind, String sentence) {
        jdbi.useHandle(handle -> add(handle, kind, sentence));
    }

    /** In the commit of what has happened. */
    public void add(Handle transaction, String kind, String sentence) {
        transaction.execute(
                "insert into event (happened_at, kind, sentence) values (?, ?, ?)",
                clock.millis(),
                kind,
                shortened(sentence));
    }

    /** Newest first. */
    public List<Event> newest(int count) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from event order by id desc limit :count")
                .bind("count", count)
                .map((row, _) ->
                        new Event(row.getLong("happened_at"), row.getString("kind"), row.getString("sentence")))
                .list());
    }

    /** On the disk when it returns: a pointer to the checkpoint may follow. */
    public void promotion(Promotion p) {
        jdbi.useHandle(handle -> handle.execute(
                """
                insert into promotion (round, manifest, checkpoint, held_out_bits, held_out_error, accepted, reason, decided_at)
                values (?, ?, ?, ?, ?, ?, ?, ?)""",
                p.round(),
                p.manifest().hex(),
                p.checkpoint().hex(),
                p.heldOutBits(),
                p.heldOutError(),
                p.accepted(),
                shortened(p.reason()),
                p.decidedAtMillis()));
        database.sync();
    }

    /** The newest accepted report about a checkpoint. */
    public Optional<Promotion> promotionOf(Sha256 manifest) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from promotion where accepted and manifest = :manifest order by id desc limit 1")
                .bind("manifest", manifest.hex())
                .map(EventLedger::promotion)
                .findOne());
    }

    /** The checkpoint that was promoted last. */
    public Optional<Promotion> newestAccepted() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from promotion where accepted order by id desc limit 1")
                        .map(EventLedger::promotion)
                        .findOne());
    }

    /** Newest first. */
    public List<Promotion> promotions(int count) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from promotion order by id desc limit :count")
                .bind("count", count)
                .map(EventLedger::promotion)
                .list());
    }

    private static String shortened(String sentence) {
        return sentence.length() <= 500 ? sentence : sentence.substring(0, 500);
    }

    private static Promotion promotion(ResultSet row, StatementContext context) throws SQLException {
        return new Promotion(
                row.getInt("round"),
                new Sha256(row.getString("manifest")),
                new Sha256(row.getString("checkpoint")),
                row.getDouble("held_out_bits"),
                row.getDouble("held_out_error"),
                row.getBoolean("accepted"),
                row.getString("reason"),
                row.getLong("decided_at"));
    }
}
