package org.decentralizedai.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.WorkerEvent.Downloaded;
import org.decentralizedai.worker.WorkerEvent.Refetched;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker downloads that missed some rounds; whatever it is, the update must be the right one. */
class ReturningWorkerTest {
    private static final int LISTED = 3;

    private final World world = new World();
    private final FakeDevices devices = new FakeDevices(world);
    private final FakeBlobs weights = new FakeBlobs(), corpus = new FakeBlobs();
    private final List<WorkerEvent> events = new ArrayList<>();
    private Chain chain = new Chain(LISTED);

    private final Pulse pulse = new Pulse() {
        @Override
        public void attend(int stepsDone, double loss) {}

        @Override
        public boolean enough() {
            return false;
        }

        @Override
        public void pause(double millis) {
            world.pass(millis);
        }

        @Override
        public double restAfter(double millis) {
            return 0;
        }
    };

    private TaskRunner runner() {
        var fixture = chain.fixture;
        var ports = new WorkerPorts(
                new FakeServer(world, Fixture.MODEL),
                world,
                devices,
                fixture.blobs,
                weights,
                corpus,
                JvmDigest.INSTANCE,
                world,
                events::add);
        return new TaskRunner(devices.open(), ports, new Backoff(1), false);
    }

    /** The first task of a run, or one in the rounds that follow, with nothing of it counted. */
    private void forget() {
        events.clear();
        chain.fixture.blobs.asked.clear();
    }

    private TaskRunner runnerAt(int round) {
        var runner = runner();
        runner.run(chain.task(round, List.of()), Fixture.MODEL, pulse);
        forget();
        return runner;
    }

    private void runLast(TaskRunner runner, GradientTask task) {
        FinishedTask done = runner.run(task, Fixture.MODEL, pulse);
        byte[] expected = UpdateCodec.encode(
                UpdateEncoding.F32,
                LocalTraining.compute(
                                new ReferenceKernels(),
                                Fixture.MODEL,
                                chain.file,
                                chain.file.length - 4 * chain.fixture.weights.length,
                                Fixture.STEPS,
                                chain.fixture.windows())
                        .update());
        assertThat(done.begin().hash()).isEqualTo(JvmDigest.INSTANCE.sha256(expected));
    }

    private long fetched() {
        return chain.fixture.blobs.asked.stream()
                .mapToLong(hash -> requireNonNull(chain.fixture.blobs.blobs.get(hash)).length)
                .sum();
    }

    private <E extends WorkerEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private void assertProgressEndsAt(long bytes) {
        assertThat(events(Downloaded.class))
                .allSatisfy(d -> assertThat(d.bytes()).isLessThanOrEqualTo(d.totalBytes()))
                .last()
                .isEqualTo(new Downloaded(bytes, bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void stillOpen_missedRounds_fetchesTheirDeltasOnly(int missed) {
        runLast(runnerAt(LISTED - missed), chain.task(LISTED));
        assertThat(fetched()).isEqualTo((long) missed * chain.deltaBytes()).isLessThan(chain.file.length);
        assertThat(3L * chain.deltaBytes()).isLessThan(chain.file.length);
        assertThat(events(Refetched.class)).isEmpty();
        assertProgressEndsAt(fetched());
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, true", "3, true", "3, false"})
    void nextSession_missedRounds_startsFromItsCache(int missed, boolean corpusKept) {
        runnerAt(LISTED - missed);
        if (!corpusKept) corpus.blobs.clear();
        runLast(runner(), chain.task(LISTED));
        long shard = corpusKept ? 0 : chain.fixture.shard.length;
        assertThat(fetched()).isEqualTo((long) missed * chain.deltaBytes() + shard);
        assertProgressEndsAt(fetched());
        forget();
        runLast(runner(), chain.task(LISTED));
        assertThat(chain.fixture.blobs.asked).as("the session after it").isEmpty();
        assertThat(weights.kept()).as("nothing old is kept").containsExactly(chain.checkpoints.getLast());
    }

    @Test
    void cacheRefused_stillOpen_startsFromTheDevice() {
        var runner = runnerAt(2);
        weights.blobs.clear();
        runLast(runner, chain.task(LISTED));
        assertThat(fetched()).isEqualTo(chain.deltaBytes());
    }

    @Test
    void manyRounds_oneHopEach_holdsTheCoordinatorsBits() {
        chain = new Chain(1);
        var runner = runnerAt(0);
        for (int round = 1; round <= 30; round++) {
            runLast(runner, chain.task(1));
            chain.advance();
        }
        assertThat(chain.fixture.blobs.asked).hasSize(30);
        assertThat(events(Refetched.class)).isEmpty();
    }

    @Test
    void otherCheckpointHeld_noHopFits_fetchesTheWeights() {
        chain = new Chain(4);
        runLast(runnerAt(0), chain.task(LISTED));
        assertWholeDownload();
        assertThat(fetched()).isEqualTo(chain.file.length);
        assertThat(events(Refetched.class)).isEmpty();
    }

    /** The delta at this place of the chain is replaced by a blob. */
    private GradientTask withDelta(int place, byte[] delta) {
        var hops = new ArrayList<>(chain.hops);
        Hop old = hops.get(place);
        hops.set(place, new Hop(old.from(), List.of(chain.fixture.blobs.add(delta)), old.bytes()));
        return chain.task(LISTED, hops);
    }

    private byte[] delta(int place) {
        return requireNonNull(
                chain.fixture.blobs.blobs.get(chain.hops.get(place).pieces().getFirst()));
    }

    private void assertRefetched(String why) {
        assertThat(events(Refetched.class))
                .singleElement()
                .satisfies(e -> assertThat(e.sentence()).contains(why));
        assertWholeDownload();
        Downloaded last = events(Downloaded.class).getLast();
        assertThat(last.bytes()).isEqualTo(last.totalBytes());
    }

    private void assertWholeDownload() {
        assertThat(chain.fixture.blobs.asked).containsAll(chain.task(0).weights());
    }

    @Test
    void deltaOfAnotherStep_givesOtherWeights_fetchesTheWeights() {
        var runner = runnerAt(0);
        runLast(runner, withDelta(1, delta(2)));
        assertRefetched("the deltas do not lead to checkpoint " + chain.checkpoints.getLast());
        assertThat(fetched()).isEqualTo(3L * chain.deltaBytes() + chain.file.length);
    }

    @Test
    void deltaMalformed_fetchesTheWeights() {
        var runner = runnerAt(0);
        byte[] other =
                CheckpointDelta.of(UpdateEncoding.INT8, UpdateCodec.encode(UpdateEncoding.INT8, new float[5]), 5);
        runLast(runner, withDelta(2, other));
        assertRefetched("values must be");
    }

    @Test
    void deltaCorruptedOnItsWay_fetchesTheWeights() {
        var runner = runnerAt(0);
        delta(0)[100]++;
        runLast(runner, chain.task(LISTED));
        assertRefetched("was corrupted on its way");
    }

    @Test
    void deltaGone_fetchesTheWeights() {
        var runner = runnerAt(0);
        chain.fixture.blobs.blobs.remove(chain.hops.get(1).pieces().getFirst());
        runLast(runner, chain.task(LISTED));
        assertRefetched("no such blob");
    }

    @Test
    void otherHeader_bitsDiffer_fetchesTheWeights() {
        var runner = runner();
        byte[] file = chain.fixture.file.clone();
        file[10]++; // still a checkpoint, not one of this run
        Sha256 before = chain.fixture.blobs.add(file);
        GradientTask task = chain.task(0, List.of());
        runner.run(
                new GradientTask(
                        task.lease(),
                        0,
                        before,
                        List.of(before),
                        List.of(),
                        List.of(),
                        task.data(),
                        task.steps(),
                        task.form(),
                        false,
                        1000),
                Fixture.MODEL,
                pulse);
        forget();
        var hops = new ArrayList<>(chain.hops);
        hops.set(0, new Hop(before, hops.getFirst().pieces(), chain.deltaBytes()));
        runLast(runner, chain.task(LISTED, hops));
        assertRefetched("do not lead to");
    }

    @Test
    void weakNetwork_deltas_areTriedAgain() {
        var runner = runnerAt(2);
        chain.fixture.blobs.failures = 3;
        runLast(runner, chain.task(LISTED));
        assertThat(events(Refetched.class)).isEmpty();
        assertThat(chain.fixture.blobs.asked).hasSize(4);
    }

    @Test
    void cancelledWhileCatchingUp_dropsTheTaskAndKeepsWhatItHeld() {
        var runner = runnerAt(0);
        Pulse cancelled = new Pulse() {
            @Override
            public void attend(int stepsDone, double loss) {
                if (fetched() > chain.deltaBytes()) throw TaskDropped.cancelled("the round has closed");
            }

            @Override
            public boolean enough() {
                return false;
            }

            @Override
            public void pause(double millis) {}

            @Override
            public double restAfter(double millis) {
                return 0;
            }
        };
        assertThatThrownBy(() -> runner.run(chain.task(LISTED), Fixture.MODEL, cancelled))
                .isInstanceOf(TaskDropped.class);
        forget();
        runLast(runner, chain.task(LISTED));
        assertThat(fetched()).as("two deltas were kept").isEqualTo(chain.deltaBytes());
    }
}
