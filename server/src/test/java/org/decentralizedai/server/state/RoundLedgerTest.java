package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.wire.Sha256;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoundLedgerTest {
    private static final Sha256 A = new Sha256("aa".repeat(32)), B = new Sha256("bb".repeat(32));

    @TempDir
    Path folder;

    private static Round round(int number, RoundFiles files) {
        return new Round(number, files, 5, 2, 1.5, null, null, 0, false);
    }

    @Test
    void files_ofARound_areReadBack() {
        try (var database = Database.embedded(folder)) {
            var rounds = new RoundLedger(database, new MutableClock());
            var bare = new RoundFiles(A, B, 1000, null, null, null, null);
            var full = new RoundFiles(
                    A,
                    B,
                    1000,
                    B,
                    A,
                    new RoundFiles.Delta(List.of(B, A, B), 300),
                    new RoundFiles.Moment(A, List.of(A, B)));
            rounds.advance(new Opening(round(0, bare), "{}", 1, 0));
            rounds.advance(new Opening(round(1, full), "{\"a\":1}", 1, 0));
            assertThat(rounds.recipe(1)).hasValue("{\"a\":1}");
            assertThat(rounds.find(0).orElseThrow().files()).isEqualTo(bare);
            assertThat(rounds.find(1).orElseThrow().files()).isEqualTo(full);
            assertThat(rounds.withDelta()).extracting(Round::number).containsExactly(1);
            rounds.deltaThinned(1);
            assertThat(rounds.withDelta()).isEmpty();
            assertThat(rounds.find(1).orElseThrow().files()).isEqualTo(full.withoutDelta());
        }
    }

    @Test
    void opening_whatIsBookedWithIt_isThereWithTheRoundOrNotAtAll() {
        try (var database = Database.embedded(folder)) {
            var clock = new MutableClock();
            var rounds = new RoundLedger(database, clock);
            var events = new EventLedger(database, clock);
            var next = round(0, new RoundFiles(A, B, 1000, null, null, null, null));
            assertThatThrownBy(() -> rounds.advance(new Opening(next, "{}", 1, 0, 0, null, transaction -> {
                        events.add(transaction, "ROLLBACK", "lost");
                        throw new IllegalStateException("the commit is lost");
                    })))
                    .hasMessage("the commit is lost");
            assertThat(rounds.current()).isEmpty();
            assertThat(events.newest(9)).isEmpty();
            rounds.advance(
                    new Opening(next, "{}", 1, 0, 0, null, transaction -> events.add(transaction, "ROLLBACK", "kept")));
            assertThat(rounds.current()).isPresent();
            assertThat(events.newest(9)).extracting(Event::sentence).containsExactly("kept");
        }
    }

    /** A data folder of the first version keeps its rounds and their momentum. */
    @Test
    void migration_ofTheFirstVersion_keepsTheMomentum() {
        String url = "jdbc:h2:" + folder.resolve("run").toAbsolutePath() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
        Flyway.configure().dataSource(url, null, null).target("1").load().migrate();
        Jdbi.create(url).useHandle(handle -> handle.execute("""
                        insert into training_round (number, manifest, checkpoint, checkpoint_bytes, optimizer, tokens, updates,
                        opened_at, thinned) values (7, ?, ?, 1000, ?, 5, 2, 0, false)""", A.hex(), B.hex(), B.hex()));
        try (var database = Database.embedded(folder)) {
            var round = new RoundLedger(database, new MutableClock()).current().orElseThrow();
            assertThat(round.number()).isEqualTo(7);
            assertThat(round.files()).isEqualTo(new RoundFiles(A, B, 1000, B, null, null, null));
        }
    }

    /** Their windows have other numbers since: nobody goes on with them, and nobody computes them again. */
    @Test
    void migration_ofTheVersionBeforeReplicas_givesUpWhatIsNotDone() {
        String url = "jdbc:h2:" + folder.resolve("run").toAbsolutePath() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
        Flyway.configure().dataSource(url, null, null).target("14").load().migrate();
        Jdbi.create(url).useHandle(handle -> {
            handle.execute(
                    "insert into training_round (number, manifest, checkpoint, checkpoint_bytes, tokens, updates,"
                            + " opened_at, thinned) values (0, '', '', 1, 0, 0, 0, false)");
            for (String task : List.of("0, 0, 'DONE', 'ada'", "1, 1, 'LEASED', 'bob'", "2, 2, 'FREE', null"))
                handle.execute("insert into task (id, task_index, state, worker, round, fence, deadline, last_deadline,"
                        + " windows, steps, batch) values (" + task + ", 0, 3, 9, 9, 4, 2, 2)");
            for (String audit : List.of("0, 'DRAWN'", "7, 'AGREED'"))
                handle.execute("insert into audit (task_id, state, fence, round, worker, numeric_class, log_position,"
                        + " drawn_at) values (" + audit + ", 3, 0, 'ada', 'class', 0, 0)");
            handle.execute("insert into free_range (portion, first_window, windows) values (0, 4, 4)");
        });
        try (var database = Database.embedded(folder)) {
            var clock = new MutableClock();
            var tasks = new JdbcTaskLedger(database, clock);
            var done = tasks.find(0).orElseThrow();
            assertThat(done.state()).isEqualTo(TaskLedger.State.DONE);
            assertThat(done.windows()).isEqualTo(4);
            for (long id = 1; id <= 2; id++) {
                var task = tasks.find(id).orElseThrow();
                assertThat(task.state()).isEqualTo(TaskLedger.State.FREE);
                assertThat(task.fence()).isEqualTo(4);
                assertThat(task.windows()).isZero();
            }
            assertThat(tasks.heldBy("bob")).isEmpty();
            var counts = new AuditLedger(database, clock).counts();
            assertThat(counts.missed()).isEqualTo(1);
            assertThat(counts.agreed()).isEqualTo(1);
            int free = database.jdbi()
                    .withHandle(handle -> handle.createQuery("select count(*) from free_range")
                            .mapTo(Integer.class)
                            .one());
            assertThat(free).isZero();
        }
    }
}
