package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.crash.Story.End;
import org.decentralizedai.server.credit.Balance;
import org.decentralizedai.server.credit.Epoch;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.train.Auditor;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;

/**
 * A run with an auditor and a liar, who is honest for two rounds and then sends two fakes: each is found and replaced, and the step of
 * the first one's round takes back what the liar gave before. Volunteers act one after the other, so that whatever happens each has
 * the same tasks, credit and trust in the end.
 */
final class AuditedStory {
    static final int ROUNDS = 5, FIRST_FAKE = 2, LAST_FAKE = 3; // rounds
    private static final List<String> IDS = List.of("a", "b", "liar");

    /** What must be equal, whether there were crashes or not. @param corrections of each round's record */
    record State(
            List<RoundFiles> rounds,
            long tokens,
            long accepted,
            AuditLedger.Counts audits,
            List<Integer> corrections,
            List<Integer> trust,
            List<Balance> credits,
            long forfeited) {}

    private final Settings settings;
    private final long seed;
    private final Lives lives;
    private final Set<Long> acknowledged = new HashSet<>(); // tasks
    private final List<Volunteer> volunteers;
    private int turn; // whose it is
    private @Nullable Coordinator coordinator;

    /** @param beginning see {@link Story} */
    AuditedStory(Path folder, Path beginning, Settings settings, long seed, long course, List<End> ends) {
        Story.copy(beginning, folder);
        this.settings = settings;
        this.seed = seed;
        lives = new Lives(folder, ends, new Random(course));
        volunteers = IDS.stream()
                .map(id -> new Volunteer(id, seed, this::given, task -> content(id, task)))
                .toList();
    }

    private static long content(String id, GradientTask task) {
        boolean lies = id.equals("liar") && task.round() >= FIRST_FAKE && task.round() <= LAST_FAKE;
        long honest = task.lease().taskId();
        return lies ? -1 - honest : honest;
    }

    private void given(GradientTask task) {
        assertThat(acknowledged)
                .as("given out again")
                .doesNotContain(task.lease().taskId());
        if (task.round() >= FIRST_FAKE) lives.power().count();
    }

    /** Knows what an honest volunteer sends. */
    private Auditor auditor() {
        return new Auditor() {
            @Override
            public CompletableFuture<LocalResult> compute(GradientTask task) {
                lives.power().reach(CrashPoint.AUDITING);
                return CompletableFuture.completedFuture(new LocalResult(
                        Volunteer.values(seed, task.lease().taskId()), Volunteer.FIRST_LOSS, Volunteer.loss(task)));
            }

            @Override
            public void close() {}
        };
    }

    State run() {
        while (true) {
            try {
                return live();
            } catch (RuntimeException | Error e) { // whatever the crash looked like from inside
                if (!lives.power().off()) throw e;
                lives.end(coordinator);
                coordinator = null;
            }
        }
    }

    private State live() {
        lives.power().waiting();
        if (acknowledged.size() > FIRST_FAKE * IDS.size()) lives.power().count();
        var now = new Coordinator(lives.disk(), lives.power(), settings, seed, new MutableClock(), auditor());
        coordinator = now;
        now.work();
        for (Volunteer volunteer : volunteers) volunteer.connect(now, lives.power());
        now.database().sync(); // whom a power cut has made a stranger is trusted as a stranger: another story
        while (round(now.training()) < ROUNDS) {
            act(now, volunteers.get(turn));
            now.work();
            if (lives.power().off()) throw new Crash(CrashPoint.CLEARED); // the trainer has swallowed the first
            var failure = now.training().trainer().failure();
            if (failure != null) throw new AssertionError(failure);
        }
        if (lives.nextEnd() != null) throw new AssertionError("the run never came to " + lives.nextEnd());
        var state = state(now);
        now.close();
        return state;
    }

    /** The turn is over when the task is done, whatever the volunteer hears: its fake may have been replaced after a crash. */
    private void act(Coordinator now, Volunteer volunteer) {
        var delivered = volunteer.current();
        volunteer
                .act()
                .ifPresent(task -> assertThat(acknowledged.add(task.lease().taskId()))
                        .as("acknowledged twice")
                        .isTrue());
        boolean done = !lives.power().off()
                && delivered.isPresent()
                && new JdbcTaskLedger(now.database(), new MutableClock())
                        .find(delivered.get().lease().taskId())
                        .filter(task -> task.state() == TaskLedger.State.DONE)
                        .isPresent();
        if (done) turn = (turn + 1) % volunteers.size();
    }

    private static int round(Training training) {
        return training.status().figures().round();
    }

    private static State state(Coordinator now) {
        var training = now.training();
        var clock = new MutableClock();
        var audits = new AuditLedger(now.database(), clock);
        return new State(
                training.rounds().all().stream()
                        .map(Round::files)
                        .map(RoundFiles::withoutDelta)
                        .toList(),
                training.rounds().current().orElseThrow().tokens(),
                training.workers().accepted(),
                training.audited(),
                IntStream.range(0, ROUNDS)
                        .mapToObj(round -> training.records().find(round).orElseThrow())
                        .map(record ->
                                RoundRecord.read(record.array()).corrections().size())
                        .toList(),
                IDS.stream()
                        .map(id -> audits.trust(id, training.workers().numericClass(id))
                                .valid())
                        .toList(),
                IDS.stream().map(training.credits()::balance).toList(),
                training.credits().pool(Epoch.at(clock.millis())));
    }
}
