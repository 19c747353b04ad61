package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run whose scores are said to be such; its operator never goes back. */
final class LostRunTest {
    private static final Optional<LossGate.Jump> GOOD = Optional.empty(),
            LOST = Optional.of(new LossGate.Jump(0, null, "far too high"));

    @TempDir
    Path folder;

    private final Queue<Runnable> turns = new ArrayDeque<>();
    private Database database;
    private FileGradientLog log;
    private Training training;

    @BeforeEach
    void open() throws IOException {
        database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
        log = new FileGradientLog(folder.resolve("updates"));
        var settings = TestRun.settings(folder, 1);
        training = new Training(
                new RunRequest(
                        settings.data(),
                        settings.model(),
                        new CorpusRequest(settings.corpus(), null, 0.1, true),
                        settings.recipe(),
                        1L),
                new Training.Limits(
                        Duration.ofSeconds(1),
                        1 << 20,
                        Integer.MAX_VALUE,
                        new Retention(2, 0, false),
                        CreditLedger.HELD_TASKS,
                        0,
                        Replication.NEVER),
                database,
                log,
                new FolderBlobStore(folder.resolve("store")),
                new ByteTokenizer(),
                new TrainMetrics(new SimpleMeterRegistry()),
                new MutableClock(),
                new Training.Driver(turns::add, new Nobody(), UpdateRules::of, null, Lot.of(1)));
        turn();
    }

    /** Scores are this test's. */
    private static final class Nobody implements Examiner {
        @Override
        public void consider(Candidate candidate) {}

        @Override
        public boolean uses(int round) {
            return false;
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void close() {
        training.close();
        log.close();
        database.close();
    }

    private void turn() {
        for (var turn = turns.poll(); turn != null; turn = turns.poll()) turn.run();
    }

    private void scored(Optional<LossGate.Jump> found) {
        training.trainer().scored(found);
        turn();
    }

    private long told() {
        return training.events().newest(100).stream()
                .map(Event::kind)
                .filter("PAUSED"::equals)
                .count();
    }

    private TaskDesk.Mode mode() {
        return training.desk().mode();
    }

    @Test
    void lostRun_isPausedOnce_whileNothingIsGood() {
        scored(LOST);
        assertThat(mode()).isEqualTo(TaskDesk.Mode.PAUSED);
        training.desk().mode(TaskDesk.Mode.RUNNING);
        scored(LOST);
        scored(LOST);
        assertThat(mode()).isEqualTo(TaskDesk.Mode.RUNNING);
        assertThat(told()).isEqualTo(1);
    }

    @Test
    void lostRun_thatWasGoodInBetween_isPausedAgain() {
        scored(LOST);
        training.desk().mode(TaskDesk.Mode.RUNNING);
        scored(GOOD);
        assertThat(mode()).isEqualTo(TaskDesk.Mode.RUNNING);
        scored(LOST);
        assertThat(mode()).isEqualTo(TaskDesk.Mode.PAUSED);
        assertThat(told()).isEqualTo(2);
    }

    @Test
    void scoreOfWhatIsLeftBehind_saysNothing() {
        training.trainer().scored(Optional.of(new LossGate.Jump(17, null, "far too high")));
        turn();
        assertThat(mode()).isEqualTo(TaskDesk.Mode.RUNNING);
        assertThat(told()).isZero();
    }
}
