package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.train.RunStatus;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real server tells workers that missed rounds. Rounds of one task. */
final class ReturningTest {
    private static final int VALUES_BYTES = Float.BYTES * TestWorker.PARAMETERS;

    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(TestRun.settings(folder, 1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RunStatus.Figures figures() {
        return server.training().status().figures();
    }

    private TestWorker join() throws InterruptedException {
        return TestWorker.join(server.url(), "a");
    }

    /** Closes the round that is open by an update made from the seed, and returns the next round's task. */
    private GradientTask next(TestWorker worker, GradientTask task, long seed) throws InterruptedException {
        assertThat(worker.deliver(task, update(seed)).code()).isEqualTo(ACCEPTED);
        int round = task.round() + 1;
        await().atMost(Duration.ofSeconds(60)).until(() -> figures().round() == round);
        return worker.task();
    }

    private static byte[] update(long seed) {
        var random = new Random(seed);
        float[] update = new float[TestWorker.PARAMETERS];
        for (int i = 0; i < update.length; i++) update[i] = (float) (1e-3 * random.nextGaussian());
        return UpdateCodec.encode(UpdateEncoding.INT8, update);
    }

    private static byte[] file(TestWorker worker, GradientTask task) throws Exception {
        return joined(worker, task.weights());
    }

    private static byte[] joined(TestWorker worker, List<Sha256> pieces) throws Exception {
        var file = new ByteArrayOutputStream();
        for (Sha256 piece : pieces) file.writeBytes(worker.shard(piece));
        return file.toByteArray();
    }

    /** The file after some hops. */
    private static byte[] caughtUp(TestWorker worker, byte[] file, List<Hop> hops) throws Exception {
        float[] weights = new float[TestWorker.PARAMETERS];
        byte[] result = file.clone();
        var values = ByteBuffer.wrap(result, file.length - VALUES_BYTES, VALUES_BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        values.get(weights).rewind();
        for (Hop hop : hops) {
            byte[] delta = joined(worker, hop.pieces());
            assertThat(delta).hasSize(hop.bytes());
            CheckpointDelta.apply(delta, weights);
        }
        values.put(weights);
        return result;
    }

    @Test
    void tasks_ofManyRounds_listDeltasThatLeadToTheirCheckpoints() throws Exception {
        try (var worker = join()) {
            var task = worker.task();
            assertThat(task.hops()).isEmpty();
            List<byte[]> files = new ArrayList<>(List.of(file(worker, task)));
            byte[] follower = files.getFirst();
            for (int round = 1; round <= 12; round++) {
                task = next(worker, task, round);
                byte[] file = file(worker, task);
                assertThat(Digests.of(file)).isEqualTo(task.checkpoint());
                follower = caughtUp(
                        worker,
                        follower,
                        task.hops().subList(task.hops().size() - 1, task.hops().size()));
                assertThat(follower).as("followed since the first round").isEqualTo(file);
                int missed = task.hops().size();
                byte[] held = files.get(round - missed);
                assertThat(task.hops().getFirst().from()).isEqualTo(Digests.of(held));
                assertThat(caughtUp(worker, held, task.hops()))
                        .as("missed " + missed)
                        .isEqualTo(file);
                assertThat(task.hops().stream().mapToInt(Hop::bytes).sum()).isLessThan(file.length);
                files.add(file);
            }
            assertThat(task.hops()).hasSize(4); // not 3: the header is a good part of so small a file
        }
    }

    @Test
    void restart_inMidRun_listsTheSameHops() throws Exception {
        List<Hop> before;
        try (var worker = join()) {
            before = next(worker, next(worker, worker.task(), 1), 2).hops();
            assertThat(before).hasSize(2);
        }
        server.close();
        server = new Server(TestRun.settings(folder, 1));
        try (var worker = join()) {
            assertThat(worker.task().hops()).isEqualTo(before);
        }
    }

    /** Momentum and carry are restored, too: the same update then gives the same checkpoint. */
    @Test
    void rollBack_thenTheSameUpdate_givesTheSameCheckpoint() throws Exception {
        try (var worker = join()) {
            var first = next(worker, worker.task(), 1);
            var second = next(worker, first, 2);
            var lost = next(worker, second, 3);
            assertThat(server.training().trainer().rollBack(1)).isEqualTo(4);
            assertThat(worker.expect(Cancel.class).lease()).isEqualTo(lost.lease());
            var again = worker.task();
            assertThat(again.checkpoint()).isEqualTo(first.checkpoint());
            assertThat(again.hops()).as("nothing leads back").isEmpty();
            var repeated = next(worker, again, 2);
            assertThat(repeated.checkpoint()).isEqualTo(second.checkpoint());
            assertThat(repeated.hops()).extracting(Hop::from).containsExactly(first.checkpoint());
            assertThat(caughtUp(worker, file(worker, again), repeated.hops())).isEqualTo(file(worker, repeated));
        }
    }

    @Test
    void manyRounds_oldDeltas_areDeleted() throws Exception {
        List<Hop> seen = new ArrayList<>();
        GradientTask task;
        try (var worker = join()) {
            task = worker.task();
            for (int round = 1; round <= 9; round++) {
                task = next(worker, task, round);
                seen.add(task.hops().getLast());
            }
        }
        var listed = task.hops();
        seen.removeAll(listed);
        assertThat(seen).hasSize(5);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(server.training().rounds().withDelta())
                        .extracting(Round::number)
                        .containsExactly(6, 7, 8, 9));
        assertThat(blobs(seen)).noneMatch(Files::exists);
        assertThat(blobs(listed)).allMatch(Files::exists);
    }

    private List<Path> blobs(List<Hop> hops) {
        return hops.stream()
                .flatMap(hop -> hop.pieces().stream())
                .map(piece -> folder.resolve("data/store/blobs").resolve(piece.hex()))
                .toList();
    }

    @Test
    void sameStepTwice_deltaShared_staysWhileListed() throws Exception {
        try (var worker = join()) {
            var task = worker.task();
            byte[] zero = TestWorker.flat(0);
            for (int round = 1; round <= 8; round++) {
                assertThat(worker.deliver(task, zero).code()).isEqualTo(ACCEPTED);
                int number = round;
                await().atMost(Duration.ofSeconds(60)).until(() -> figures().round() == number);
                task = worker.task();
            }
            assertThat(caughtUp(worker, file(worker, task), task.hops())).isEqualTo(file(worker, task));
        }
    }

    @Test
    void stepsInF32_noDeltas() throws Exception {
        server.close();
        server = new Server(TestRun.settings(folder.resolve("exact"), TestRun.recipe(1, UpdateEncoding.F32)));
        try (var worker = join()) {
            assertThat(next(worker, worker.task(), 1).hops()).isEmpty();
        }
        var round = server.training().rounds().current().orElseThrow();
        assertThat(round.files().delta()).isNull();
        assertThat(round.files().carry()).isNull();
        assertThat(round.files().momentum()).isNotNull();
    }

    @Test
    void header_ofEveryRound_isTheSame() throws Exception {
        try (var worker = join()) {
            var first = worker.task();
            byte[] one = file(worker, first);
            byte[] two = file(worker, next(worker, first, 1));
            assertThat(Arrays.copyOf(two, two.length - VALUES_BYTES))
                    .isEqualTo(Arrays.copyOf(one, one.length - VALUES_BYTES));
        }
    }
}
