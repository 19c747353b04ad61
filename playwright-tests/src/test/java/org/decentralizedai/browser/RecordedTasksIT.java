package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.calibrate.Recording;
import org.decentralizedai.server.calibrate.RecordingFolder;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Updates of the shipped worker in a real browser, by the kernels that it has chosen, pass the auditor.
 *
 * <p>With {@code -Drecord=FOLDER} there are twelve tasks, from the first of a run to the fortieth after it, and the folder keeps their
 * weights and updates for {@code bin/calibrate} and for tests without a browser; weights that it has already are used again.
 * {@code -Ddevice=NAME} says what the browser computes on, {@code swiftshader} (default) or {@code lavapipe}; a browser with another
 * adapter is refused. To record again:
 *
 * <pre>
 * bin/test --fast -pl playwright-tests -am -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=RecordedTasksIT \
 *     -Dfailsafe.failIfNoSpecifiedTests=false -Drecord="$PWD/docs/results/recorded" -Ddevice=swiftshader
 * </pre>
 *
 * <p>For lavapipe, {@code CHROMIUM} names a Chromium that has Mesa's driver under SwiftShader's name (docs/performance.md, "On other
 * adapters"); Chromium itself takes no other renderer on the processor.
 */
class RecordedTasksIT {
    private static final int HEADER = 8;
    private static final @Nullable String FOLDER = System.getProperty("record");
    private static final String DEVICE = System.getProperty("device", "swiftshader");
    private static final List<Integer> TASKS =
            FOLDER == null ? List.of(1, 5) : List.of(0, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 40);
    private static final List<UpdateEncoding> FORMS =
            List.of(UpdateEncoding.F32, UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN);

    private static float[] weights(int task) {
        try {
            return FOLDER == null ? Recording.weights(task) : new RecordingFolder(Path.of(FOLDER)).weights(task);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] checkpoint(float[] weights) {
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
                false,
                600_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {WorkerPage.JS, WorkerPage.WASM})
    void update_ofABrowser_isAccepted(String script) throws Exception {
        byte[] shard = Recording.shard();
        var weights = TASKS.stream().map(RecordedTasksIT::weights).toList();
        var checkpoints = weights.stream().map(RecordedTasksIT::checkpoint).toList();
        var tasks = IntStream.range(0, TASKS.size())
                .mapToObj(i -> task(TASKS.get(i), checkpoints.get(i), Digests.of(shard)))
                .toList();
        var shards = Stream.concat(Stream.of(shard), checkpoints.stream())
                .collect(Collectors.toMap(bytes -> Digests.of(bytes).hex(), bytes -> bytes));
        try (var chromium = Chromium.withWebGpu();
                var server = new TaskServer(Recording.MODEL, tasks, shards, false);
                var page = new WorkerPage(chromium, server, script)) {
            page.start();
            page.awaitUpdates();
            var recordings = new ArrayList<Recording>();
            for (int i = 0; i < tasks.size(); i++)
                recordings.add(
                        recording(i, weights.get(i), server.updates.get(i).get(1, TimeUnit.SECONDS)));
            recordings.forEach(RecordedTasksIT::check);
            if (FOLDER != null && script.equals(WorkerPage.JS)) {
                RecordedDevice.of(DEVICE, chromium, page).write(Path.of(FOLDER));
                for (var recording : recordings) new RecordingFolder(Path.of(FOLDER)).keep(recording);
            }
        }
    }

    private static Recording recording(int place, float[] weights, byte[] encoded) {
        float[] update = UpdateCodec.decode(UpdateEncoding.F32, encoded, weights.length);
        return new Recording(DEVICE, TASKS.get(place), new Recording.Values(weights), new Recording.Values(update));
    }

    private static void check(Recording recording) {
        assertThat(recording.agreements(FORMS))
                .as("task %d", recording.task())
                .allSatisfy((form, agreement) ->
                        assertThat(Tolerance.of(form).accepts(agreement)).isTrue());
    }
}
