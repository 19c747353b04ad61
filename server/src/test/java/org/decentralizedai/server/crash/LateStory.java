package org.decentralizedai.server.crash;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.crash.Story.End;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.train.Replication;
import org.decentralizedai.server.train.RoundCheck;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.jspecify.annotations.Nullable;

/**
 * A run of some rounds that do not wait for everybody: three quick volunteers and a slow one, over as many lives of the
 * coordinator as it takes. What a round is made of depends on when things happen, so that not its bytes are compared with another
 * run's, but its books are checked.
 */
final class LateStory {
    private static final int ROUNDS = 10;
    private static final int SLOWNESS = 4; // turns of the others, on average

    private final Settings settings;
    private final Lives lives;
    private final Random random;
    private final MutableClock clock = new MutableClock();
    private final Map<Long, GradientTask> acknowledged = new HashMap<>();
    private final Map<Long, Long> contents = new HashMap<>(); // of which updates are a function, by task
    private final Set<Long> replicas = new HashSet<>(); // tasks
    private final List<Volunteer> quick;
    private final Volunteer slow;
    private @Nullable Coordinator coordinator;

    LateStory(Path folder, Settings settings, long seed, List<End> ends) {
        this.settings = settings;
        random = new Random(seed);
        lives = new Lives(folder, ends, random);
        quick = List.of(volunteer("a"), volunteer("b"), volunteer("c"));
        slow = volunteer("slow");
    }

    private Volunteer volunteer(String id) {
        return new Volunteer(id, 1, this::given, LateStory::content);
    }

    private void given(GradientTask task) {
        long id = task.lease().taskId();
        contents.put(id, content(task));
        boolean replica = new JdbcTaskLedger(now().database(), clock)
                .find(id)
                .filter(row -> row.replicaOf() != null)
                .isPresent();
        if (replica) replicas.add(id);
        else replicas.remove(id); // a power cut has taken the number back
        assertThat(acknowledged).as("given out again").doesNotContainKey(id);
    }

    private static long content(GradientTask task) {
        return task.data().seed() + task.data().first();
    }

    /** Lives until the rounds are over and all ends have come, and checks the books. @return how many updates came late */
    long run() {
        while (true) {
            try {
                live();
                break;
            } catch (RuntimeException | Error e) { // whatever the crash looked like from inside
                if (!lives.power().off()) throw e;
                lives.end(coordinator);
            }
        }
        assertThat(lives.nextEnd()).as("never came to").isNull();
        long late = check(now());
        now().close();
        return late;
    }

    private Coordinator now() {
        if (coordinator == null) throw new IllegalStateException("no life has begun");
        return coordinator;
    }

    private void live() {
        coordinator = new Coordinator(lives.disk(), lives.power(), settings, 1, clock);
        now().work();
        for (Volunteer volunteer : quick) volunteer.connect(now(), lives.power());
        slow.connect(now(), lives.power());
        for (int turn = 0; round(now().training()) < ROUNDS || lives.nextEnd() != null; turn++) {
            assertThat(turn).as("rounds go on").isLessThan(500);
            for (Volunteer volunteer : quick) act(volunteer);
            if (!slow.busy() || random.nextInt(SLOWNESS) == 0) act(slow);
            clock.advance(Duration.ofSeconds(1));
            now().training().trainer().tick();
            work();
        }
    }

    private void act(Volunteer volunteer) {
        volunteer
                .act()
                .ifPresent(task -> assertThat(acknowledged.put(task.lease().taskId(), task))
                        .as("acknowledged twice")
                        .isNull());
        work();
    }

    private void work() {
        now().work();
        if (lives.power().off()) throw new Crash(CrashPoint.CLEARED); // the trainer has swallowed the first
        var failure = now().training().trainer().failure();
        if (failure != null) throw new AssertionError(failure);
    }

    private static int round(Training training) {
        return training.status().figures().round();
    }

    /** Every acknowledged update is in the step of one round, no task is lost, and the last round gives the published bytes. */
    private long check(Coordinator last) {
        var training = last.training();
        var ledger = new JdbcTaskLedger(last.database(), clock);
        int running = training.rounds().current().orElseThrow().number();
        var counted = new HashMap<Long, Integer>(); // by task: the round
        long late = 0, tokens = 0;
        for (int round = 0; round < running; round++) {
            for (var update : record(training, round).updates()) {
                assertThat(counted.put(update.task(), round))
                        .as("counted twice")
                        .isNull();
                assertThat(update.sha256())
                        .isEqualTo(Digests.of(slow.update(requireNonNull(contents.get(update.task()))))
                                .hex());
                assertThat(update.late()).isBetween(0, 3);
                if (update.late() > 0) late++;
                tokens += update.tokens();
            }
        }
        for (int round = running; round <= running + 1; round++)
            for (var task : ledger.counted(round))
                assertThat(counted.put(task.id(), round)).as("counted twice").isNull();
        for (long task : acknowledged.keySet())
            if (!replicas.contains(task)) assertThat(counted).as("acknowledged").containsKey(task);
            else assertThat(counted).as("a replica").doesNotContainKey(task);
        if (settings.replicas() == Replication.ALWAYS) {
            assertThat(acknowledged.keySet()).anyMatch(replicas::contains);
            assertThat(training.audited().agreed()).isPositive();
        }
        assertThat(training.audited().caught()).isZero();
        assertThat(training.rounds().current().orElseThrow().tokens()).isEqualTo(tokens);
        long newest = counted.keySet().stream().mapToLong(task -> task).max().orElseThrow();
        for (long task = 0; task <= newest; task++)
            if (!counted.containsKey(task) && !replicas.contains(task))
                assertThat(ledger.find(task)).as("task " + task).isPresent();
        var lines = RoundCheck.of(
                record(training, running - 1),
                TestRun.MODEL,
                new FolderBlobStore(lives.disk().store()),
                (round, place) ->
                        training.records().update(round, place).orElseThrow().array());
        assertThat(lines).isNotEmpty().allMatch(RoundCheck.Line::agrees);
        return late;
    }

    private static RoundRecord record(Training training, int round) {
        return RoundRecord.read(training.records().find(round).orElseThrow().array());
    }
}
