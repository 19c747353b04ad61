package org.decentralizedai.worker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.Heartbeat;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.TaskRequest;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.CloseCode;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent.Downloaded;
import org.decentralizedai.worker.WorkerEvent.Dropped;
import org.decentralizedai.worker.WorkerEvent.Judged;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.decentralizedai.worker.WorkerEvent.Planned;
import org.decentralizedai.worker.WorkerEvent.Progress;
import org.decentralizedai.worker.WorkerEvent.State;
import org.junit.jupiter.api.Test;

class WorkerSessionTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final Lease FIRST = new Lease(1, 1), SECOND = new Lease(2, 1);

    private final Fixture fixture = new Fixture();
    private final World world = new World();
    private final FakeServer server = new FakeServer(world, Fixture.MODEL);
    private final FakeDevices devices = new FakeDevices(world);
    private final FakeBlobs weights = new FakeBlobs(), corpus = new FakeBlobs();
    private final Power power = new Power(1);
    private final List<WorkerEvent> events = new ArrayList<>();

    /** Runs until the given number of verdicts, or until the session ends by itself. */
    private void run(int verdicts) {
        WorkerListener listener = event -> {
            events.add(event);
            if (event instanceof Judged && events(Judged.class).size() == verdicts) world.put(new Event.Stop());
        };
        new WorkerSession(
                        new WorkerPorts(
                                server,
                                world,
                                devices,
                                fixture.blobs,
                                weights,
                                corpus,
                                JvmDigest.INSTANCE,
                                world,
                                listener),
                        KEY,
                        power)
                .run();
    }

    private <E extends WorkerEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private State end() {
        return (State) events.getLast();
    }

    private List<VerdictCode> verdicts() {
        return events(Judged.class).stream().map(Judged::code).toList();
    }

    private void assertExactUpdate(Lease lease) {
        byte[] expected = UpdateCodec.encode(
                UpdateEncoding.F32,
                LocalTraining.compute(
                                new ReferenceKernels(),
                                Fixture.MODEL,
                                fixture.file,
                                fixture.file.length - 4 * fixture.weights.length,
                                Fixture.STEPS,
                                fixture.windows())
                        .update());
        assertThat(accepted(lease)).isEqualTo(expected);
    }

    private byte[] accepted(Lease lease) {
        return requireNonNull(server.accepted.get(lease), "no update was accepted");
    }

    @Test
    void session_twoTasks_computesAndDeliversBoth() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        run(2);
        assertExactUpdate(FIRST);
        assertExactUpdate(SECOND);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED, VerdictCode.ACCEPTED);
        assertThat(events(Judged.class).getLast().tasksAccepted()).isEqualTo(2);
        assertThat(server.heard.getFirst()).isEqualTo(new Hello(KEY, "reference", true, 1, 1 << 27));
        assertThat(events(Progress.class)).hasSize(2 * Fixture.STEPS.steps());
        assertThat(events(Progress.class).getFirst().tokensPerSecond())
                .isEqualTo(20 / (FakeDevices.READ_MILLIS / 1000), within(1e-9));
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
        assertThat(devices.closed).isEqualTo(1);
        UpdateBegin begin = server.heard(UpdateBegin.class).getFirst();
        assertThat(begin.tokens()).isEqualTo(60);
        assertThat(begin.hash()).isEqualTo(JvmDigest.INSTANCE.sha256(accepted(FIRST)));
        assertThat(begin.firstLoss()).isEqualTo(events(Progress.class).get(0).loss());
        assertThat(begin.lastLoss()).isEqualTo(events(Progress.class).get(2).loss());
    }

    @Test
    void session_deviceTooSmall_refusesInWordsBeforeItTakesAnything() {
        devices.memory = new DeviceMemory(500_000, 1 << 27);
        server.answers.add(fixture.task(1));
        run(1);
        String sentence = end().reason();
        assertThat(sentence).matches("This task needs 1\\.\\d MB of buffers; this device allows 0\\.5 MB\\.");
        assertThat(end().phase()).isEqualTo(Phase.FAILED);
        assertThat(server.heard(Abandon.class)).containsExactly(new Abandon(FIRST, sentence));
        assertThat(devices.allocations).isZero();
        assertThat(fixture.blobs.asked).isEmpty();
        assertThat(devices.closed).isEqualTo(1);
    }

    @Test
    void session_deviceJustTooSmallToKeepActivations_recomputesToTheSameUpdate() {
        long needed =
                MemoryPlan.keeping(TaskShape.of(Fixture.MODEL, Fixture.STEPS)).bytes();
        devices.memory = new DeviceMemory(needed - 1, 1 << 27);
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(events(Planned.class)).hasSize(1).allSatisfy(plan -> {
            assertThat(plan.recompute()).isTrue();
            assertThat(plan.bytes()).isLessThan(needed);
        });
        assertExactUpdate(FIRST);
    }

    @Test
    void session_sameCheckpointTwice_downloadsItOnce() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        run(2);
        assertThat(fixture.blobs.asked).hasSize(fixture.pieces.size() + 1).doesNotHaveDuplicates();
        Downloaded last = events(Downloaded.class).getLast();
        assertThat(last.bytes()).isEqualTo(fixture.file.length + fixture.shard.length);
        assertThat(events(Downloaded.class))
                .allSatisfy(d -> assertThat(d.totalBytes()).isGreaterThanOrEqualTo(d.bytes()));
    }

    @Test
    void session_piecesKept_downloadsNothing() {
        for (var hash : fixture.pieces) weights.keep(hash, fixture.blobs.get(hash));
        corpus.keep(fixture.corpus, fixture.shard);
        fixture.blobs.asked.clear();
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(fixture.blobs.asked).isEmpty();
        assertExactUpdate(FIRST);
    }

    @Test
    void session_keptPieceRotted_fetchesItAgain() {
        weights.blobs.put(fixture.pieces.get(1), new byte[] {1, 2, 3});
        server.answers.add(fixture.task(1));
        run(1);
        assertExactUpdate(FIRST);
        assertThat(weights.get(fixture.pieces.get(1))).hasSize(50_000);
    }

    @Test
    void session_corruptedPiece_refusesTaskAndGoesOn() {
        byte[] wrong = fixture.blobs.get(fixture.pieces.get(1)).clone();
        byte[] right = fixture.blobs.blobs.put(fixture.pieces.get(1), wrong);
        wrong[77]++;
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.script = message -> {
            if (message instanceof Abandon) fixture.blobs.blobs.put(fixture.pieces.get(1), right);
        };
        run(1);
        assertThat(server.heard(Abandon.class)).singleElement().satisfies(abandon -> {
            assertThat(abandon.lease()).isEqualTo(FIRST);
            assertThat(abandon.reason()).contains("corrupted");
        });
        assertThat(events(Dropped.class)).hasSize(1);
        assertExactUpdate(SECOND);
    }

    @Test
    void session_piecesOfAnotherCheckpoint_refusesTask() {
        GradientTask task = fixture.task(1);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                fixture.corpus,
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                task.steps(),
                task.form(),
                1000));
        server.answers.add(fixture.task(2));
        run(1);
        assertThat(events(Dropped.class))
                .singleElement()
                .satisfies(dropped -> assertThat(dropped.sentence()).contains("do not have its hash"));
        assertExactUpdate(SECOND);
    }

    @Test
    void session_weakNetworkForShards_triesAgain() {
        fixture.blobs.failures = 3;
        server.answers.add(fixture.task(1));
        run(1);
        assertExactUpdate(FIRST);
        assertThat(world.millis()).isGreaterThan(1500); // three waits of at least 250, 500 and 1000 ms
    }

    @Test
    void session_connectionLostInMidTask_computesOnAndDelivers() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 2) server.cut();
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.connectedAt).hasSize(2);
        assertThat(events(Progress.class)).extracting(Progress::step).containsExactly(1, 2, 3);
        List<ClientMessage> untilBegin = server.heard.subList(
                0, server.heard.indexOf(server.heard(UpdateBegin.class).getFirst()));
        assertThat(untilBegin).filteredOn(TaskRequest.class::isInstance).hasSize(1);
        assertThat(untilBegin).filteredOn(Hello.class::isInstance).hasSize(2);
    }

    @Test
    void session_connectionLostInMidUpload_resumesWhereTheServerSays() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof UpdateChunk chunk && chunk.offset() > 0 && server.connectedAt.size() == 1)
                server.cut();
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.heard(UpdateBegin.class))
                .hasSize(2)
                .allMatch(b -> b.lease().equals(FIRST));
        assertThat(server.heard(UpdateChunk.class))
                .extracting(UpdateChunk::offset)
                .containsExactly(0, FrameLayout.MAX_CHUNK, FrameLayout.MAX_CHUNK, 2 * FrameLayout.MAX_CHUNK);
    }

    @Test
    void session_serverRestartedInMidUpload_sendsAllAgain() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof UpdateChunk chunk && chunk.offset() > 0 && server.connectedAt.size() == 1) {
                server.forgetUploads();
                server.cut();
            }
        };
        run(1);
        assertExactUpdate(FIRST);
        assertThat(server.heard(UpdateChunk.class))
                .extracting(UpdateChunk::offset)
                .startsWith(0, 65536, 0, 65536);
    }

    @Test
    void session_leaseUnknownAfterReconnect_dropsItAndAsksForAnother() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.script = message -> {
            if (message instanceof UpdateBegin begin && begin.lease().equals(FIRST))
                server.connection().say(new Verdict(FIRST, VerdictCode.UNKNOWN_LEASE, "no such lease", 0));
        };
        run(2);
        assertThat(verdicts()).containsExactly(VerdictCode.UNKNOWN_LEASE, VerdictCode.ACCEPTED);
        assertThat(events(Judged.class).getFirst().tasksRefused()).isEqualTo(1);
    }

    @Test
    void session_updateRefused_showsWhyAndGoesOn() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.verdicts.add(VerdictCode.NOT_FINITE);
        run(2);
        assertThat(events(Judged.class))
                .containsExactly(
                        new Judged(VerdictCode.NOT_FINITE, "said the server", 60, 0, 1),
                        new Judged(VerdictCode.ACCEPTED, "said the server", 60, 1, 1));
    }

    @Test
    void session_serverCouldNotStore_offersItAgain() {
        server.answers.add(fixture.task(1));
        server.verdicts.add(VerdictCode.UNAVAILABLE);
        run(1);
        assertThat(verdicts()).containsExactly(VerdictCode.ACCEPTED);
        assertThat(server.heard(UpdateBegin.class)).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_banned_fails() {
        server.answers.add(fixture.task(1));
        server.verdicts.add(VerdictCode.BANNED);
        run(2);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "said the server"));
    }

    @Test
    void session_cancelledInMidTask_dropsItAtOnceAndAsksForAnother() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(new Cancel(FIRST, "the round has closed"));
        };
        run(1);
        assertThat(events(Dropped.class)).containsExactly(new Dropped("the round has closed"));
        assertThat(server.heard(Abandon.class)).isEmpty();
        assertThat(server.accepted).doesNotContainKey(FIRST);
        assertThat(devices.reads)
                .isEqualTo(1 + Fixture.STEPS.steps() + 1); // its first step; then a task and its update
        assertExactUpdate(SECOND);
    }

    @Test
    void session_otherLeaseCancelled_computesOn() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(new Cancel(SECOND, "old"));
        };
        run(1);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_secondTaskWhileBusy_givesItBack() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().say(fixture.task(2));
        };
        run(1);
        assertThat(server.heard(Abandon.class)).extracting(Abandon::lease).containsExactly(SECOND);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_stoppedInMidTask_stopsBeforeTheNextStep() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) world.put(new Event.Stop());
        };
        run(1);
        assertThat(events(Progress.class)).hasSize(1);
        assertThat(server.heard(Abandon.class)).extracting(Abandon::lease).containsExactly(FIRST);
        assertThat(end()).isEqualTo(new State(Phase.STOPPED, ""));
        assertThat(devices.closed).isEqualTo(devices.opened);
    }

    @Test
    void session_longTask_renewsItsLease() {
        server.answers.add(fixture.task(1));
        power.set(0.05); // 100 ms of work, then 1.9 s of rest; a heartbeat is due each second
        run(1);
        assertThat(server.heard(Heartbeat.class))
                .hasSizeBetween(4, 6)
                .allMatch(h -> h.lease().equals(FIRST));
    }

    @Test
    void session_quarterPower_restsThreeTimesAsLongAsItComputes() {
        server.answers.add(fixture.task(1));
        run(1);
        double full = world.millis();
        power.set(0.25);
        server.answers.add(fixture.task(2));
        run(2);
        double rested = world.millis() - full - full;
        assertThat(rested).isEqualTo(3 * 3 * FakeDevices.READ_MILLIS, within(50.0));
    }

    @Test
    void session_powerRaisedDuringRest_restEndsEarly() {
        power.set(0.05); // 1.9 s of rest
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1)
                world.in(300, () -> {
                    power.set(1);
                    world.put(new Event.Wake());
                });
        };
        run(1);
        assertThat(world.millis()).isLessThan(1000);
    }

    @Test
    void session_deviceLost_abandonsOpensAnotherAndGoesOn() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        devices.beforeRead = read -> {
            if (read == 2) throw new KernelException("device lost: the driver was reset");
        };
        run(1);
        assertThat(server.heard(Abandon.class))
                .singleElement()
                .satisfies(abandon -> assertThat(abandon.reason()).contains("the driver was reset"));
        assertThat(devices.opened).isEqualTo(2);
        assertThat(devices.closed).isEqualTo(2);
        assertExactUpdate(SECOND);
        assertThat(events(Planned.class))
                .as("maybe it was short of memory")
                .extracting(Planned::recompute)
                .containsExactly(false, true);
    }

    @Test
    void session_deviceLostAgainAndAgain_fails() {
        for (int i = 1; i <= 9; i++) server.answers.add(fixture.task(i));
        devices.beforeRead = _ -> {
            throw new KernelException("device lost");
        };
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "the GPU failed 4 times: device lost"));
        assertThat(devices.closed).isEqualTo(devices.opened);
    }

    @Test
    void session_noDevice_failsWithoutConnecting() {
        devices.none = true;
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "This browser has no WebGPU."));
        assertThat(server.connectedAt).isEmpty();
    }

    @Test
    void session_serverSpeaksAnotherVersion_failsAndDoesNotComeBack() {
        server.welcomes = false;
        server.script = message -> {
            if (message instanceof Hello) {
                byte[] frame = new byte[FrameLayout.HEADER];
                frame[0] = FrameLayout.VERSION + 1;
                server.connection().sayBytes(frame);
            }
        };
        run(1);
        assertThat(end().phase()).isEqualTo(Phase.FAILED);
        assertThat(end().reason())
                .contains("protocol version " + (FrameLayout.VERSION + 1))
                .contains("reload the page");
        assertThat(server.connectedAt).hasSize(1);
    }

    @Test
    void session_closedAsUnknownVersion_failsAndDoesNotComeBack() {
        server.script = _ -> server.connection().cut(CloseCode.UNKNOWN_VERSION, "reload the page");
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "reload the page"));
        assertThat(server.connectedAt).hasSize(1);
    }

    @Test
    void session_replacedByAnotherOfTheSameKey_leavesTheFieldToIt() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 1) server.connection().cut(CloseCode.REPLACED, "connected from elsewhere");
        };
        power.set(0.5); // a rest, in which it hears of it
        run(1);
        assertThat(end()).isEqualTo(new State(Phase.FAILED, "connected from elsewhere"));
        assertThat(server.connectedAt).hasSize(1);
        assertThat(devices.closed).isEqualTo(1);
    }

    @Test
    void session_unreadableFrame_connectsAgain() {
        server.answers.add(fixture.task(1));
        server.script = message -> {
            if (message instanceof TaskRequest && server.connectedAt.size() == 1)
                server.connection().sayBytes(new byte[] {FrameLayout.VERSION});
        };
        server.answersRequests = false;
        server.script = server.script.andThen(_ -> server.answersRequests = server.connectedAt.size() > 1);
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_serverAway_triesEverMoreSlowly() {
        server.script = _ -> server.cut();
        world.in(600_000, () -> world.put(new Event.Stop()));
        run(1);
        List<Double> at = server.connectedAt;
        assertThat(at.size()).isBetween(20, 50);
        assertThat(at.get(1) - at.get(0)).isLessThan(510);
        assertThat(at.getLast() - at.get(at.size() - 2)).isBetween(15_000.0, 30_010.0);
        assertThat(events(State.class)).extracting(State::phase).contains(Phase.CONNECTING);
    }

    @Test
    void session_serverSilent_connectsAgain() {
        server.answersRequests = false;
        server.answers.add(fixture.task(1));
        server.script = _ -> server.answersRequests = server.connectedAt.size() > 1;
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_neverWelcomed_connectsAgain() {
        server.welcomes = false;
        server.answers.add(fixture.task(1));
        server.script = _ -> server.welcomes = server.connectedAt.size() > 1;
        run(1);
        assertThat(server.connectedAt).hasSize(2);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_idle_asksAgainWhenTold() {
        server.answers.add(new Idle(IdleReason.PAUSED, 5000));
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(events(State.class)).contains(new State(Phase.WAITING, "Training is paused."));
        assertThat(world.millis()).isGreaterThan(5000);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_taskPushedWhileIdle_takesIt() {
        server.answers.add(new Idle(IdleReason.ROUND_FULL, 60_000));
        world.in(2000, () -> server.connection().say(fixture.task(1)));
        run(1);
        assertThat(world.millis()).isLessThan(10_000);
        assertExactUpdate(FIRST);
    }

    @Test
    void session_anotherModelAfterReconnect_dropsTheOldTask() {
        server.answers.add(fixture.task(1));
        devices.beforeRead = read -> {
            if (read == 2) {
                server.run = "another";
                server.cut();
                power.set(0.1); // long enough to be back before the task is done
                world.in(3000, () -> world.put(new Event.Stop()));
            }
        };
        run(1);
        assertThat(events(Dropped.class)).containsExactly(new Dropped("the server trains another model now"));
        assertThat(server.accepted).isEmpty();
    }

    @Test
    void session_taskOfAnotherShape_usesFreshMemory() {
        GradientTask task = fixture.task(1);
        var steps = new LocalSteps(3, 4, 4, 5, 0.01, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                task.checkpoint(),
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                steps,
                task.form(),
                1000));
        server.answers.add(fixture.task(2));
        run(2);
        assertExactUpdate(SECOND);
    }

    @Test
    void session_contextLongerThanTheModels_refusesTask() {
        GradientTask task = fixture.task(1);
        var steps = new LocalSteps(3, 4, 4, 9, 0.01, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                task.checkpoint(),
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                steps,
                task.form(),
                1000));
        server.answers.add(fixture.task(2));
        run(1);
        assertThat(server.heard(Abandon.class))
                .singleElement()
                .satisfies(abandon -> assertThat(abandon.reason()).contains("context must be <= 8"));
        assertExactUpdate(SECOND);
    }
}
