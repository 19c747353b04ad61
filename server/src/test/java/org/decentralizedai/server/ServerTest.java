package org.decentralizedai.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.BANNED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.IMPLAUSIBLE;
import static org.decentralizedai.wire.VerdictCode.LATE;
import static org.decentralizedai.wire.VerdictCode.MALFORMED;
import static org.decentralizedai.wire.VerdictCode.NOT_FINITE;
import static org.decentralizedai.wire.VerdictCode.OVERSIZED;
import static org.decentralizedai.wire.VerdictCode.UNKNOWN_LEASE;
import static org.decentralizedai.wire.VerdictCode.WRONG_HASH;
import static org.decentralizedai.wire.VerdictCode.WRONG_SHAPE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.decentralizedai.server.socket.WorkerEndpoint;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.WorkerKey;
import org.decentralizedai.server.train.RunStatus;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.VerdictCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server and real sockets. */
final class ServerTest {
    private static final byte[] SMALL_STEP = TestWorker.flat(1e-3f);

    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(TestRun.settings(folder, 2));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private TestWorker join(String name) throws InterruptedException {
        return TestWorker.join(server.url(), name);
    }

    private RunStatus.Figures figures() {
        return server.training().status().figures();
    }

    private void awaitRound(int number) {
        await().atMost(Duration.ofSeconds(60)).until(() -> figures().round() == number);
    }

    @Test
    void twoWorkers_realTasks_lossFallsAndCheckpointIsPromoted() throws Exception {
        try (var a = join("a");
                var b = join("b")) {
            for (int round = 0; round < 6; round++) {
                awaitRound(round);
                assertThat(a.train(a.task()).code()).isEqualTo(ACCEPTED);
                assertThat(b.train(b.task()).code()).isEqualTo(ACCEPTED);
            }
            awaitRound(6);
        }
        assertThat(figures().updatesAccepted()).isEqualTo(12);
        assertThat(figures().tokens()).isEqualTo(12L * TestRun.STEPS.tokens());
        assertThat(figures().updatesRejected()).isEmpty();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            var last = figures().history().getLast();
            return last.round() == 6
                    && last.heldOutBitsPerByte() != null
                    && figures().promoted() != null;
        });
        assertThat(heldOut(figures().history().getLast()))
                .isLessThan(heldOut(figures().history().getFirst()) - 0.1);
    }

    private static double heldOut(RunStatus.Point point) {
        return requireNonNull(point.heldOutBitsPerByte(), "round " + point.round() + " was not scored");
    }

    @Test
    void restart_midRound_goesOnWithTheSameBytes() throws Exception {
        try (var a = join("a")) {
            assertThat(a.deliver(a.task(), SMALL_STEP).code()).isEqualTo(ACCEPTED);
        }
        var before = figures();
        server.close();
        server = new Server(TestRun.settings(folder, 2));
        assertThat(figures().run()).isEqualTo(before.run());
        assertThat(figures().round()).isZero();
        assertThat(figures().checkpoint()).isEqualTo(before.checkpoint());
        try (var a = join("a")) {
            assertThat(a.deliver(a.task(), SMALL_STEP).code()).isEqualTo(ACCEPTED);
        }
        awaitRound(1);
        assertThat(figures().updatesAccepted()).isEqualTo(2);
    }

    @Test
    void upload_brokenHalfWay_resumesWhereItStopped() throws Exception {
        byte[] encoded = SMALL_STEP;
        ServerMessage.GradientTask task;
        UpdateBegin begin;
        try (var a = join("a")) {
            task = a.task();
            begin = TestWorker.begin(task, encoded);
            a.send(begin);
            assertThat(a.expect(ServerMessage.UploadFrom.class).offset()).isZero();
            a.send(new UpdateChunk(task.lease(), 0, new Bytes(Arrays.copyOf(encoded, 1000))));
            a.send(new ClientMessage.Heartbeat(new Lease(9999, 1), 1, 5)); // its answer shows that the chunk was read
            a.expect(ServerMessage.Cancel.class);
            a.vanish();
        }
        try (var a = join("a")) {
            a.send(begin);
            assertThat(a.expect(ServerMessage.UploadFrom.class).offset()).isEqualTo(1000);
            a.chunks(begin, encoded, 1000);
            assertThat(a.expect(ServerMessage.Verdict.class).code()).isEqualTo(ACCEPTED);
        }
    }

    /** Whoever guesses a lease can't touch what its worker has uploaded. */
    @Test
    void upload_anotherWorkerSendsChunksOfIt_isAcceptedAllTheSame() throws Exception {
        byte[] encoded = SMALL_STEP;
        try (var a = join("a");
                var b = join("b")) {
            var task = a.task();
            var begin = TestWorker.begin(task, encoded);
            a.send(begin);
            assertThat(a.expect(ServerMessage.UploadFrom.class).offset()).isZero();
            a.send(new UpdateChunk(task.lease(), 0, new Bytes(Arrays.copyOf(encoded, 1000))));
            a.send(begin);
            assertThat(a.expect(ServerMessage.UploadFrom.class).offset()).isEqualTo(1000);
            b.send(new UpdateChunk(task.lease(), 1000, new Bytes(new byte[10])));
            assertThat(b.verdict().code()).isEqualTo(UNKNOWN_LEASE);
            b.send(new UpdateChunk(task.lease(), 0, new Bytes(new byte[10])));
            b.send(begin);
            assertThat(b.verdict().code()).isEqualTo(UNKNOWN_LEASE);
            a.chunks(begin, encoded, 1000);
            assertThat(a.verdict().code()).isEqualTo(ACCEPTED);
        }
    }

    /** The chunks of an upload are free, any others are messages like all. */
    @Test
    void chunks_ofNoUpload_manyOfThem_areAFlood() throws Exception {
        try (var a = join("a")) {
            for (int i = 0; i < 500; i++) a.send(new UpdateChunk(new Lease(5, 5), i, new Bytes(new byte[1])));
            assertThat(a.closed().code()).isIn(WorkerEndpoint.FLOOD, 1006);
        } catch (CompletionException e) { // closed while it was still sending
            assertThat(e).hasMessageContaining("closed");
        }
        assertThat(figures().updatesRejected()).containsEntry(UNKNOWN_LEASE.name(), 1L);
    }

    @Test
    void chunks_ofAnUpload_manySmallOnes_areNoFlood() throws Exception {
        try (var a = join("a")) {
            var task = a.task();
            var begin = TestWorker.begin(task, SMALL_STEP);
            a.send(begin);
            a.expect(ServerMessage.UploadFrom.class);
            for (int at = 0; at < SMALL_STEP.length; at += 2)
                a.send(new UpdateChunk(
                        task.lease(),
                        at,
                        new Bytes(Arrays.copyOfRange(SMALL_STEP, at, Math.min(SMALL_STEP.length, at + 2)))));
            assertThat(a.verdict().code()).isEqualTo(ACCEPTED);
        }
    }

    @Test
    void badUpdates_eachKind_areRefusedCountedAndChangeNothing() throws Exception {
        String checkpoint = figures().checkpoint();
        try (var a = join("a")) {
            assertRefused(a, 1, OVERSIZED, (task, good) -> a.deliver(task, Arrays.copyOf(good, good.length + 1)));
            assertRefused(a, 1, WRONG_SHAPE, (task, good) -> a.deliver(task, Arrays.copyOf(good, good.length - 1)));
            assertRefused(a, 1, NOT_FINITE, (task, good) -> a.deliver(task, scaled(good, Float.NaN)));
            assertRefused(a, 2, NOT_FINITE, (task, good) -> a.deliver(task, scaled(good, Float.POSITIVE_INFINITY)));
            assertRefused(a, 1, IMPLAUSIBLE, (task, good) -> a.deliver(task, scaled(good, 1e30f)));
            assertRefused(a, 2, IMPLAUSIBLE, (task, good) -> a.deliver(with(task, good, 1, 5), good));
            assertRefused(a, 3, IMPLAUSIBLE, (task, good) -> a.deliver(with(task, good, 64, Double.NaN), good));
            assertRefused(a, 4, IMPLAUSIBLE, (task, good) -> a.deliver(with(task, good, 64, 1e9), good));
            assertRefused(a, 1, WRONG_HASH, (task, good) -> {
                byte[] other = good.clone();
                other[7] ^= 1;
                return a.deliver(TestWorker.begin(task, good), other);
            });
            assertRefused(a, 1, MALFORMED, (task, good) -> {
                a.send(TestWorker.begin(task, good));
                a.expect(ServerMessage.UploadFrom.class);
                a.send(new UpdateChunk(task.lease(), 5, new Bytes(new byte[10])));
                return a.expect(ServerMessage.Verdict.class);
            });
            assertRefused(
                    a, 1, UNKNOWN_LEASE, (task, good) -> a.deliver(forLease(task, good, new Lease(777, 1)), good));
            assertRefused(
                    a,
                    2,
                    UNKNOWN_LEASE,
                    (task, good) -> a.deliver(
                            forLease(
                                    task,
                                    good,
                                    new Lease(
                                            task.lease().taskId(), task.lease().fence() + 1)),
                            good));
        }
        assertThat(figures().round()).isZero();
        assertThat(figures().checkpoint()).isEqualTo(checkpoint);
        assertThat(figures().updatesAccepted()).isZero();
        assertThat(figures().tokens()).isZero();
    }

    private interface Attempt {
        ServerMessage.Verdict make(ServerMessage.GradientTask task, byte[] good) throws Exception;
    }

    private void assertRefused(TestWorker worker, long count, VerdictCode code, Attempt attempt) throws Exception {
        var verdict = attempt.make(worker.task(), SMALL_STEP);
        assertThat(verdict.code()).isEqualTo(code);
        assertThat(verdict.sentence()).isNotBlank();
        assertThat(verdict.acceptedTokens()).isZero();
        assertThat(figures().updatesRejected()).containsEntry(code.name(), count);
    }

    private static byte[] scaled(byte[] encoded, float scale) {
        byte[] copy = encoded.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, scale);
        return copy;
    }

    private static UpdateBegin with(ServerMessage.GradientTask task, byte[] encoded, int tokens, double loss) {
        return new UpdateBegin(
                task.lease(), encoded.length, Digests.of(encoded), task.steps().steps(), tokens, loss, loss, 1000);
    }

    private static UpdateBegin forLease(ServerMessage.GradientTask task, byte[] encoded, Lease lease) {
        return new UpdateBegin(
                lease,
                encoded.length,
                Digests.of(encoded),
                task.steps().steps(),
                task.steps().tokens(),
                5,
                5,
                1000);
    }

    @Test
    void update_sentTwice_isAcceptedOnce_andAnotherIsADuplicate() throws Exception {
        try (var a = join("a")) {
            var task = a.task();
            assertThat(a.deliver(task, SMALL_STEP).code()).isEqualTo(ACCEPTED);
            assertThat(a.deliver(task, SMALL_STEP).code()).isEqualTo(ACCEPTED); // its verdict may have been lost
            assertThat(a.deliver(task, TestWorker.flat(2e-3f)).code()).isEqualTo(DUPLICATE);
        }
        assertThat(figures().updatesAccepted()).isEqualTo(1);
        assertThat(figures().updatesRejected()).containsOnlyKeys(DUPLICATE.name());
    }

    @Test
    void update_staleFence_isLate() throws Exception {
        try (var a = join("a");
                var b = join("b")) {
            var task = a.task();
            a.send(new ClientMessage.Abandon(task.lease(), "stop"));
            ServerMessage.GradientTask again;
            do again = b.task();
            while (again.lease().taskId() != task.lease().taskId());
            assertThat(again.lease().fence()).isGreaterThan(task.lease().fence());
            assertThat(again.data()).isEqualTo(task.data());
            assertThat(a.deliver(task, SMALL_STEP).code()).isEqualTo(LATE);
            assertThat(b.deliver(again, SMALL_STEP).code()).isEqualTo(ACCEPTED);
        }
    }

    @Test
    void request_roundFull_waitsAndIsSentTheNextRoundsTask() throws Exception {
        try (var a = join("a");
                var b = join("b");
                var c = join("c")) {
            var first = a.task();
            var second = b.task();
            c.send(new ClientMessage.TaskRequest());
            assertThat(c.expect(ServerMessage.Idle.class).reason()).isEqualTo(IdleReason.ROUND_FULL);
            a.deliver(first, SMALL_STEP);
            assertThat(c.quiet()).isTrue();
            b.deliver(second, SMALL_STEP);
            assertThat(c.expect(ServerMessage.GradientTask.class).round()).isEqualTo(1);
        }
    }

    @Test
    void worker_vanishes_itsTaskGoesToOneThatWaits() throws Exception {
        server.close();
        server =
                new Server(SettingsFile.with(TestRun.settings(folder, 2), Map.of("limits", Map.of("graceSeconds", 1))));
        try (var a = join("a");
                var b = join("b")) {
            var lost = a.task();
            var kept = b.task();
            a.vanish();
            assertThat(b.deliver(kept, SMALL_STEP).code()).isEqualTo(ACCEPTED);
            b.send(new ClientMessage.TaskRequest());
            var message = b.next();
            if (message instanceof ServerMessage.Idle) message = b.next(); // until the grace is over
            assertThat(message).isInstanceOfSatisfying(ServerMessage.GradientTask.class, task -> {
                assertThat(task.lease())
                        .isEqualTo(new Lease(lost.lease().taskId(), lost.lease().fence() + 1));
                assertThat(task.data()).isEqualTo(lost.data());
            });
        }
    }

    @Test
    void heartbeat_liveOrNot_renewsOrCancels() throws Exception {
        try (var a = join("a");
                var b = join("b")) {
            var task = a.task();
            a.send(new ClientMessage.Heartbeat(task.lease(), 1, 5));
            b.send(new ClientMessage.Heartbeat(task.lease(), 1, 5));
            assertThat(b.expect(ServerMessage.Cancel.class).lease()).isEqualTo(task.lease());
            assertThat(a.deliver(task, SMALL_STEP).code()).isEqualTo(ACCEPTED); // no Cancel came before
        }
    }

    @Test
    void pause_newRequests_waitUntilResume() throws Exception {
        server.training().desk().mode(TaskDesk.Mode.PAUSED);
        try (var a = join("a")) {
            a.send(new ClientMessage.TaskRequest());
            assertThat(a.expect(ServerMessage.Idle.class).reason()).isEqualTo(IdleReason.PAUSED);
            server.training().desk().mode(TaskDesk.Mode.RUNNING);
            assertThat(a.expect(ServerMessage.GradientTask.class).round()).isZero();
        }
    }

    @Test
    void stop_connectedWorkers_areToldToComeBack() throws Exception {
        try (var a = join("a")) {
            server.close();
            assertThat(a.closed().code()).isEqualTo(1012);
        }
        server = new Server(TestRun.settings(folder, 2));
    }

    @Test
    void request_deviceTooSmall_isToldSo() throws Exception {
        try (var a = new TestWorker(server.url())) {
            a.send(TestWorker.hello("a", 1000));
            a.expect(ServerMessage.Welcome.class);
            a.send(new ClientMessage.TaskRequest());
            assertThat(a.expect(ServerMessage.Idle.class).reason()).isEqualTo(IdleReason.DEVICE_TOO_SMALL);
        }
    }

    @Test
    void socket_notTheProtocol_isClosedWithCodeAndReason() throws Exception {
        try (var a = new TestWorker(server.url())) {
            a.raw(new byte[] {1, 2, 3});
            assertThat(a.closed().code()).isEqualTo(WorkerEndpoint.BAD_FRAME);
        }
        try (var a = new TestWorker(server.url())) {
            byte[] frame = FrameCodec.encode(new ClientMessage.TaskRequest());
            frame[0] = 99;
            a.raw(frame);
            assertThat(a.closed().code()).isEqualTo(WorkerEndpoint.UNKNOWN_VERSION);
            assertThat(a.closed().reason()).contains("version 99");
        }
        try (var a = new TestWorker(server.url())) {
            a.send(new ClientMessage.TaskRequest());
            assertThat(a.closed().code()).isEqualTo(WorkerEndpoint.HELLO_EXPECTED);
        }
        try (var a = new TestWorker(server.url())) {
            a.text("hello");
            assertThat(a.closed().code()).isEqualTo(WorkerEndpoint.BAD_FRAME);
        }
        try (var a = join("a")) {
            a.raw(new byte[(1 << 20) + 1]);
            assertThat(a.closed().code()).isEqualTo(1009);
        }
        try (var a = join("a")) {
            for (int i = 0; i < 500; i++) a.send(new ClientMessage.Heartbeat(new Lease(5, 5), 1, 1));
            assertThat(a.closed().code()).isIn(WorkerEndpoint.FLOOD, 1006);
        } catch (CompletionException e) { // closed while it was still sending
            assertThat(e).hasMessageContaining("closed");
        }
    }

    @Test
    void socket_sameKeyAgain_replacesTheOlder() throws Exception {
        try (var old = join("a");
                var young = join("a")) {
            assertThat(old.closed().code()).isEqualTo(TaskDesk.REPLACED);
            assertThat(young.task().round()).isZero();
            assertThat(figures().workersOnline()).isEqualTo(1);
        }
    }

    @Test
    void ban_connectedWorker_isClosedAndStaysOut() throws Exception {
        try (var a = join("a")) {
            var task = a.task();
            String key = TestWorker.hello("a", 1).key();
            String id = WorkerKey.id(key);
            assertThat(server.training().workers().ban(id, true)).isTrue();
            assertThat(a.deliver(task, SMALL_STEP).code()).isEqualTo(BANNED);
        }
        try (var a = new TestWorker(server.url())) {
            a.send(TestWorker.hello("a", 1));
            assertThat(a.closed().code()).isEqualTo(WorkerEndpoint.BANNED);
        }
    }

    @Test
    void secondServer_sameData_isRefusedWithASentence() {
        assertThatThrownBy(() -> new Server(TestRun.settings(folder, 2)))
                .hasMessageContaining("another server is using the data folder");
    }

    @Test
    void rollBack_toAnEarlierRound_startsFromItsWeights() throws Exception {
        String first = figures().checkpoint();
        try (var a = join("a");
                var b = join("b")) {
            a.deliver(a.task(), SMALL_STEP);
            b.deliver(b.task(), SMALL_STEP);
            awaitRound(1);
            assertThat(figures().checkpoint()).isNotEqualTo(first);
            var lost = a.task();
            assertThat(server.training().trainer().rollBack(0)).isEqualTo(2);
            assertThat(a.expect(ServerMessage.Cancel.class).lease()).isEqualTo(lost.lease());
            assertThat(figures().checkpoint()).isEqualTo(first);
            assertThat(a.deliver(lost, SMALL_STEP).code()).isEqualTo(LATE);
            assertThat(a.task().round()).isEqualTo(2);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        figures().promoted() != null && figures().promoted().round() == 2);
    }

    @Test
    void manyRounds_oldCheckpoints_areThinned() throws Exception {
        try (var a = join("a")) {
            for (int round = 0; round < 8; round++) {
                awaitRound(round);
                a.deliver(a.task(), SMALL_STEP);
                a.deliver(a.task(), SMALL_STEP);
            }
            awaitRound(8);
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(server.training().rounds().stored())
                        .extracting(Round::number)
                        .contains(0, 6, 7, 8)
                        .doesNotContain(2, 3, 4));
        try (var blobs = Files.list(folder.resolve("data/store/blobs"))) {
            assertThat(blobs.count()).isLessThan(40);
        }
    }
}
