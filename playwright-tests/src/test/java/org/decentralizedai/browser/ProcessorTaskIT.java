package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks in a Chromium that was started without WebGPU: the processor computes them. */
class ProcessorTaskIT {
    private static final ModelConfig MODEL = ModelConfig.nano();
    private static final LocalSteps STEPS = steps(6), MANY_STEPS = steps(40);
    private static final int HEADER = 8;

    private static final int DEADLINE_MILLIS = 120_000;

    private static LocalSteps steps(int count) {
        return new LocalSteps(count, 8, 8, 64, 3e-3, 2, 0.9, 0.95, 1e-8, 0.1, 1.0);
    }

    private final byte[] checkpoint = checkpoint(), corpus = corpus();

    private static byte[] checkpoint() {
        float[] weights = Initializer.weights(ParameterLayout.of(MODEL), 1);
        var file = ByteBuffer.allocate(HEADER + Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(0);
        for (float weight : weights) file.putFloat(weight);
        return file.array();
    }

    private static byte[] corpus() {
        var random = new SplitMix64(2);
        var shard = ByteBuffer.allocate(2 * 64 * 400).order(ByteOrder.LITTLE_ENDIAN);
        while (shard.hasRemaining()) shard.putShort((short) ('a' + random.nextInt(5) * random.nextInt(5)));
        return shard.array();
    }

    private GradientTask task(int number, LocalSteps steps) {
        Sha256 weights = Digests.of(checkpoint);
        return new GradientTask(
                new Lease(number, 1),
                0,
                weights,
                List.of(weights),
                List.of(),
                List.of(),
                data(steps),
                steps,
                UpdateForm.whole(UpdateEncoding.F32),
                false,
                600_000);
    }

    private CorpusWindows data(LocalSteps steps) {
        return new CorpusWindows(Digests.of(corpus), 3, 0, steps.windows());
    }

    /** As an audit on the server computes it. */
    private float[] audit() {
        try (var kernels = new VectorKernels(2)) {
            var windows = new TaskWindows(corpus, data(STEPS), STEPS.context());
            return LocalTraining.compute(kernels, MODEL, checkpoint, HEADER, STEPS, windows)
                    .update();
        }
    }

    /** Prints the figures of docs/performance.md. */
    @ParameterizedTest
    @ValueSource(strings = {"js", "wasm"})
    void task_onTheProcessor_passesAnAuditAndHearsStop(String build) throws Exception {
        var shards = Map.of(
                Digests.of(checkpoint).hex(), checkpoint, Digests.of(corpus).hex(), corpus);
        try (var server = new TaskServer(MODEL, List.of(task(1, STEPS), task(2, MANY_STEPS)), shards, false);
                Chromium chromium = Chromium.withoutWebGpu();
                Page page = chromium.browser().newPage()) {
            page.navigate("http://localhost:" + server.port());
            page.evaluate(
                    "boot => { window.events = []; window.worker = new Worker(boot, {type: 'module'});"
                            + " worker.onmessage = e => { events.push(e.data); }; }",
                    "/worker/boot-" + build + ".js");
            page.evaluate("worker.postMessage({type: 'start', url: 'ws://localhost:" + server.port()
                    + "/worker', key: '0123456789abcdef0123456789abcdef', power: 1})");
            await(page, "events.some(e => e.type == 'verdict')");

            var agreement = Agreement.of(
                    UpdateEncoding.F32, audit(), server.updates.getFirst().get());
            assertThat(Tolerance.of(UpdateEncoding.F32).accepts(agreement))
                    .as("%s", agreement)
                    .isTrue();
            Hello hello = hello(server);
            assertThat(hello.adapter()).matches("This browser .*: computing on the processor");
            assertThat(hello.software()).isTrue();
            assertThat(hello.gigaflops()).isGreaterThan(0);

            await(page, "events.filter(e => e.type == 'progress').length > " + STEPS.steps());
            page.evaluate("worker.postMessage({type: 'stop'})");
            await(page, "events.some(e => e.state == 'stopped')");
            assertThat(server.updates.getLast()).as("what was stopped").isNotDone();
            System.out.println(build + " on the processor: " + hello.gigaflops() + " GFLOP/s, tokens/s of each step "
                    + page.evaluate("events.filter(e => e.type == 'progress').map(e => Math.round(e.tokensPerSecond))")
                    + ", " + agreement);
        }
    }

    private static Hello hello(TaskServer server) {
        synchronized (server) {
            return (Hello) server.heard.getFirst();
        }
    }

    /** Playwright dispatches the page's events only while it is called. */
    private static void await(Page page, String condition) {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        while (!(boolean) page.evaluate(condition)) {
            assertThat(page.evaluate("JSON.stringify(events.filter(e => e.type == 'dropped' || e.state == 'failed'))"))
                    .isEqualTo("[]");
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            page.waitForTimeout(20);
        }
    }
}
