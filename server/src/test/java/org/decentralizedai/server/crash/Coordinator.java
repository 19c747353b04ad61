package org.decentralizedai.server.crash;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.crash.Power.Phase;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.train.Auditor;
import org.decentralizedai.server.train.Candidate;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.Examiner;
import org.decentralizedai.server.train.Promoting;
import org.decentralizedai.server.train.Retention;
import org.decentralizedai.server.train.RunRequest;
import org.decentralizedai.server.train.TrainMetrics;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.UpdateRules;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.jspecify.annotations.Nullable;

/** One life of a coordinator: the real one, over a disk and a power supply of the test's, on the test's one thread. */
final class Coordinator {
    private static final int SEGMENT_BYTES = 4000; // two updates
    private static final int PROMOTE_EVERY = 2;

    private final BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>(); // some come from a timer's thread
    private final Queue<Candidate> candidates = new ArrayDeque<>();
    private final Power power;
    private final MutableClock clock;
    private final Database database;
    private final GradientLog log;
    private final Training training;

    Coordinator(Disk disk, Power power, Settings settings, long seed) {
        this(disk, power, settings, seed, new MutableClock());
    }

    Coordinator(Disk disk, Power power, Settings settings, long seed, MutableClock clock) {
        this(disk, power, settings, seed, clock, null);
    }

    /** @param auditor null where nothing is computed again */
    Coordinator(Disk disk, Power power, Settings settings, long seed, MutableClock clock, @Nullable Auditor auditor) {
        this.power = power;
        this.clock = clock;
        power.begin(Phase.START);
        DiskOfH2.use(disk);
        database = Database.embedded(disk.database(), DiskOfH2.SCHEME);
        log = new LogWithPoints(new FileGradientLog(disk.updates(), SEGMENT_BYTES, disk::open), power);
        var recipe = settings.recipe();
        if (recipe == null) throw new IllegalArgumentException("a recipe is needed");
        try {
            training = new Training(
                    new RunRequest(
                            settings.data(),
                            settings.model(),
                            new CorpusRequest(settings.corpus(), null, settings.heldOutShare(), false),
                            recipe,
                            seed),
                    new Training.Limits(
                            Duration.ofSeconds(20),
                            1 << 20,
                            PROMOTE_EVERY,
                            new Retention(2, 0, false),
                            2,
                            0,
                            settings.replicas()),
                    database,
                    log,
                    new BlobsWithPoints(new FolderBlobStore(disk.store(), disk::open), power),
                    new ByteTokenizer(),
                    new TrainMetrics(new SimpleMeterRegistry()),
                    clock,
                    new Training.Driver(turns::add, new Promoter(), UpdateRules::of, auditor, Lot.of(seed)));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Promotes every second checkpoint. */
    private final class Promoter implements Examiner {
        @Override
        public void consider(Candidate candidate) {
            int round = candidate.round().number();
            if (round > 0 && round % PROMOTE_EVERY == 0) candidates.add(candidate);
        }

        @Override
        public boolean uses(int round) {
            return candidates.stream().anyMatch(candidate -> candidate.round().number() == round);
        }

        @Override
        public void close() {}
    }

    Database database() {
        return database;
    }

    Training training() {
        return training;
    }

    /** Does what the trainer and the judge have to do. */
    void work() {
        boolean running = training.desk().online() > 0; // else this is the start
        for (var turn = turns.poll(); turn != null; turn = turns.poll()) {
            power.begin(Phase.CLOSE);
            if (running) power.reach(CrashPoint.ROUND_FULL);
            turn.run();
            if (running) power.reach(CrashPoint.CLEARED);
        }
        power.begin(Phase.PROMOTE);
        for (var next = candidates.peek(); next != null; next = candidates.peek()) {
            Promoting.promote(training, next);
            candidates.remove();
        }
    }

    /** Whether the trainer has something to do. */
    boolean due() {
        return !turns.isEmpty();
    }

    /** Lets the time pass until the trainer tries again what failed. */
    void workLater() {
        for (int second = 0; training.trainer().failure() != null; second++) {
            if (second > 100) throw new AssertionError("the trainer does not try again, or in vain");
            clock.advance(Duration.ofSeconds(1));
            training.trainer().tick();
            work();
        }
    }

    /** As far as it can be done without power: nothing of it reaches the disk then. */
    void close() {
        log.close();
        database.close();
    }
}
