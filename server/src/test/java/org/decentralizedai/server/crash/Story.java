package org.decentralizedai.server.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.train.Promotions;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.jspecify.annotations.Nullable;

/**
 * A run of some rounds with two volunteers, over as many lives of its coordinator as it takes. Fails when a task is given out
 * again after its update was acknowledged, or when an update is acknowledged twice.
 */
final class Story {
    static final int ROUNDS = 5;
    static final int TASKS = 3;
    private static final int CONNECTIONS = 8; // at most

    /** One crash. @param passes how often the point is passed before */
    record End(CrashPoint point, int passes, Disk.Left left) {}

    /** What must be equal, to the bit, whether there were crashes or not. Deltas may be gone earlier or later. */
    record State(
            List<RoundFiles> rounds,
            long tokens,
            long updates,
            @Nullable Double trainLoss,
            long accepted,
            int promoted) {}

    private final Path folder;
    private final Settings settings;
    private final long seed;
    private final Random random; // says who acts next, and where the log is torn
    private final Lives lives;
    private final Set<Long> acknowledged = new HashSet<>(); // tasks
    private final List<Volunteer> volunteers;
    private final Set<Integer> closedTwice = new HashSet<>(); // rounds
    private Disk.@Nullable Part full; // has no room when anything comes first
    private boolean stumbling;
    private @Nullable Coordinator coordinator;

    /**
     * @param beginning folder whose copy this story starts from; null for an empty one
     * @param seed of the run and its updates, which all stories must share that are to come to the same
     * @param course seed of what may differ
     */
    Story(Path folder, @Nullable Path beginning, Settings settings, long seed, long course, List<End> ends) {
        this.folder = folder;
        this.settings = settings;
        this.seed = seed;
        random = new Random(course);
        volunteers = List.of(new Volunteer("a", seed, this::given), new Volunteer("b", seed, this::given));
        if (beginning != null) copy(beginning, folder);
        lives = new Lives(folder, ends, random);
    }

    static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                var target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lives its first life and leaves what its end leaves: a run before its first round, from which other stories may start. */
    Path beginning() {
        if (live() != null) throw new AssertionError("this story has no end");
        lives.end(null);
        var beginning = folder.resolve("beginning");
        copy(folder.resolve("life-1"), beginning.resolve("life-0"));
        return beginning;
    }

    private void given(GradientTask task) {
        if (acknowledged.contains(task.lease().taskId()))
            throw new AssertionError("task " + task.lease() + " is given out again, its update was acknowledged");
    }

    private void acknowledge(GradientTask task) {
        if (!acknowledged.add(task.lease().taskId()))
            throw new AssertionError("the update of task " + task.lease() + " is acknowledged twice");
    }

    /** Each update comes twice, and each round is closed twice: first while these files have no room. */
    Story alwaysFull(Disk.Part part) {
        full = part;
        return this;
    }

    /** The first round's commit goes through, but the trainer hears of a failure. */
    Story stumbling() {
        stumbling = true;
        return this;
    }

    private void fail(Volunteer volunteer) {
        if (full == null || full == Disk.Part.BLOBS || !volunteer.busy()) return;
        lives.disk().full(full);
        if (volunteer.act().isPresent() || !volunteer.busy()) throw new AssertionError("not UNAVAILABLE");
        lives.disk().full(null);
    }

    /** A closing round writes nothing to the log. */
    private void failToClose(Coordinator now) {
        int round = round(now.training());
        if (full == null || full == Disk.Part.LOG || !now.due() || !closedTwice.add(round)) return;
        lives.disk().full(full);
        now.work();
        lives.disk().full(null);
        if (now.training().trainer().failure() == null)
            throw new AssertionError("round " + round + " was closed on a full disk");
        now.workLater();
    }

    State run() {
        while (true) {
            var state = live();
            if (state != null) return state;
            lives.end(coordinator);
            coordinator = null;
        }
    }

    /** Null when it ended too early. */
    private @Nullable State live() {
        try {
            var now = new Coordinator(lives.disk(), lives.power(), settings, seed);
            coordinator = now;
            now.work();
            for (Volunteer volunteer : volunteers) volunteer.connect(now, lives.power());
            while (round(now.training()) < ROUNDS) {
                var volunteer = volunteers.get(random.nextInt(volunteers.size()));
                fail(volunteer);
                volunteer.act().ifPresent(this::acknowledge);
                if (stumbling) lives.power().stumble();
                failToClose(now);
                now.work();
                if (full != null) now.workLater(); // as above
                if (lives.power().off()) return null;
                if (stumbling && now.training().trainer().failure() != null) {
                    stumbling = false;
                    now.workLater();
                }
                var failure = now.training().trainer().failure();
                if (failure != null) throw new AssertionError(failure);
            }
            if (full != null && full != Disk.Part.LOG && closedTwice.size() != ROUNDS)
                throw new AssertionError("closed on a full disk: " + closedTwice);
            if (stumbling) throw new AssertionError("the trainer did not hear of the failure");
            if (lives.nextEnd() != null) throw new AssertionError("the run never came to " + lives.nextEnd());
            var state = state(now.training());
            now.close();
            return state;
        } catch (RuntimeException | Error e) { // whatever the crash looked like from inside
            if (!lives.power().off()) throw e;
            return null;
        }
    }

    /** H2 has closed its connections on a full disk: each of them fails once. */
    private int round(Training training) {
        for (int attempt = 0; ; attempt++) {
            try {
                return training.status().figures().round();
            } catch (RuntimeException e) {
                if (full == null || attempt > CONNECTIONS) throw e;
            }
        }
    }

    private State state(Training training) {
        var last = training.rounds().current().orElseThrow();
        return new State(
                training.rounds().all().stream()
                        .map(Round::files)
                        .map(RoundFiles::withoutDelta)
                        .toList(),
                last.tokens(),
                last.updates(),
                last.trainLoss(),
                training.workers().accepted(),
                training.promotions().current().map(Promotions.Promoted::round).orElse(-1));
    }
}
