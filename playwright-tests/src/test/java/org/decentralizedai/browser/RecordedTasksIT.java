package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.calibrate.Recording;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Updates of the shipped worker in a real browser pass the auditor. With {@code -Drecord=FOLDER} they are kept there, for
 * {@code bin/calibrate} and for tests without a browser.
 */
class RecordedTasksIT {
    private static final int HEADER = 8;
    private static final List<Integer> TASKS = List.of(1, 5);
    private static final List<UpdateEncoding> FORMS =
            List.of(UpdateEncoding.F32, UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN);

    private static byte[] checkpoint(int task) {
        float[] weights = Recording.weights(task);
        var file = ByteBuffer.allocate(HEADER + Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(0);
        for (float weight : weights) file.putFloat(weight);
        return file.array();
    }

    private static GradientTask task(int task, byte[] checkpoint, Sha256 shard) {
        return new GradientTask(
                new Lease(1 + task, 1),
                task,
                Digests.of(checkpoint),
                List.of(Digests.of(checkpoint)),
                List.of(),
                List.of(),
                Recording.windows(shard, task),
                Recording.STEPS,
                UpdateForm.whole(UpdateEncoding.F32),
                true,
                600_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {WorkerPage.JS, WorkerPage.WASM})
    void update_ofABrowser_isAccepted(String script) throws Exception {
        byte[] shard = Recording.shard();
        var checkpoints = TASKS.stream().map(RecordedTasksIT::checkpoint).toList();
        var tasks = IntStream.range(0, TASKS.size())
                .mapToObj(i -> task(TASKS.get(i), checkpoints.get(i), Digests.of(shard)))
                .toList();
        var shards = Map.of(
                Digests.of(shard).hex(), shard,
                Digests.of(checkpoints.get(0)).hex(), checkpoints.get(0),
                Digests.of(checkpoints.get(1)).hex(), checkpoints.get(1));
        try (var chromium = Chromium.withWebGpu();
                var server = new TaskServer(Recording.MODEL, tasks, shards, false);
                var page = new WorkerPage(chromium, server, script)) {
            page.start();
            page.awaitUpdates();
            for (int i = 0; i < tasks.size(); i++)
                check(TASKS.get(i), server.updates.get(i).get(1, TimeUnit.SECONDS), script);
        }
    }

    private static void check(int task, byte[] encoded, String script) throws IOException {
        int values = encoded.length / Float.BYTES;
        var update = new Recording.Update(UpdateCodec.decode(UpdateEncoding.F32, encoded, values));
        var recording = new Recording("swiftshader", task, update);
        for (UpdateEncoding form : FORMS) {
            var agreement = recording.agreement(form);
            assertThat(Tolerance.of(form).accepts(agreement))
                    .as("%s: %s", form, agreement)
                    .isTrue();
        }
        String folder = System.getProperty("record");
        if (folder != null && script.equals(WorkerPage.JS))
            Files.write(Files.createDirectories(Path.of(folder)).resolve("swiftshader-" + task + ".f32"), encoded);
    }
}
