package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Page;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.TaskWindows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fixed task, computed by the shipped worker in a real browser and by the reference on the JVM. */
class WorkerTaskIT {
    private static final ModelConfig MODEL = ModelConfig.nano();
    private static final LocalSteps STEPS = new LocalSteps(8, 8, 4, 64, 3e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final LocalSteps SHORT = new LocalSteps(2, 2, 2, 32, 3e-3, 0, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final int HEADER = 8, DEADLINE_MILLIS = 180_000;

    /**
     * A worker script whose browser is another one, by what runs before it. Static imports: a command must not come before
     * the boot script.
     */
    private static String after(String prelude) {
        return """
                (() => {
                    const module = text => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
                    const prelude = module(`%s`);
                    return module(`import '${prelude}'; import '${location.origin}/worker/boot-js.js';`);
                })()""".formatted(prelude);
    }

    /** Half of it is what a task may take. */
    private static String machineOf(long bytes) {
        return after("Object.defineProperty(WorkerNavigator.prototype, 'deviceMemory', {value: %s});"
                .formatted(bytes / (double) (1 << 30)));
    }

    private static final float[] WEIGHTS = Initializer.weights(ParameterLayout.of(MODEL), 1);

    private static Chromium chromium;
    private static byte[] checkpoint;
    private static byte[] corpus;
    private static LocalResult expected;

    @BeforeAll
    static void compute() {
        chromium = Chromium.withWebGpu();
        checkpoint = file(WEIGHTS);
        corpus = text(64 * 100);
        var windows = new TaskWindows(corpus, task().data(), STEPS.context());
        expected = LocalTraining.compute(new ReferenceKernels(), MODEL, checkpoint, HEADER, STEPS, windows);
    }

    private static byte[] file(float[] weights) {
        var file = ByteBuffer.allocate(HEADER + Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(0);
        for (float weight : weights) file.putFloat(weight);
        return file.array();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    /** Words of a small random lexicon, so that there is something to learn. */
    private static byte[] text(int tokens) {
        var random = new SplitMix64(2);
        var words = List.of("the ", "whale ", "sea ", "of ", "a ", "union ", "state ", "and ", "ship ", "men ");
        var text = new StringBuilder();
        while (text.length() < tokens) text.append(words.get(random.nextInt(words.size())));
        var shard = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tokens; i++) shard.putShort((short) text.charAt(i));
        return shard.array();
    }

    private static GradientTask task() {
        return task(checkpoint, List.of());
    }

    private static GradientTask task(byte[] file, List<Hop> hops) {
        return new GradientTask(
                new Lease(1 + hops.size(), 1),
                hops.size(),
                sha256(file),
                List.of(sha256(file)),
                hops,
                new CorpusWindows(sha256(corpus), 3, 0, STEPS.windows()),
                STEPS,
                UpdateForm.whole(UpdateEncoding.F32),
                600_000);
    }

    private static Map<String, byte[]> shards() {
        var shards = new HashMap<String, byte[]>();
        shards.put(sha256(checkpoint).hex(), checkpoint);
        shards.put(sha256(corpus).hex(), corpus);
        return shards;
    }

    private static Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"boot-js.js", "boot-wasm.js"})
    void task_inBrowser_updateEqualsTheJvms(String boot) throws Exception {
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), true);
                Page page = open(server, boot)) {
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());
            assertSame(UpdateCodec.decode(
                    UpdateEncoding.F32, server.updates.getFirst().get(), expected.update().length));
            await(page, () -> seen(page, "verdict"));
            command(page, "{type: 'stop'}");
            await(page, () -> (boolean) page.evaluate("events.some(e => e.type == 'state' && e.state == 'stopped')"));

            UpdateBegin begin = heard(server, UpdateBegin.class).getFirst();
            assertThat(begin.firstLoss()).isCloseTo(expected.firstLoss(), within(1e-4));
            assertThat(begin.lastLoss()).isCloseTo(expected.lastLoss(), within(1e-3));
            assertThat(begin.lastLoss()).isLessThan(begin.firstLoss());
            assertThat(heard(server, Hello.class))
                    .as("connections: one was cut")
                    .hasSize(2);
            assertThat(heard(server, Hello.class).getFirst().gigaflops()).isGreaterThan(0);
            assertThat(page.evaluate("events.filter(e => e.type == 'progress').map(e => e.step)"))
                    .isEqualTo(List.of(1, 2, 3, 4, 5, 6, 7, 8));
            assertThat(page.evaluate("events.filter(e => e.type == 'state').map(e => e.state)"
                            + ".filter((state, i, all) => state != all[i - 1]).join(' ')"))
                    .isEqualTo("probing connecting waiting tuning downloading training uploading waiting stopped");
        }
    }

    /** Written on the device: the task is the same each time, and so is its update, which the first one sends as it is. */
    @ParameterizedTest
    @ValueSource(strings = {"boot-js.js", "boot-wasm.js"})
    void codes_inBrowser_areTheCodecsOfTheSameUpdate(String boot) throws Exception {
        var forms = new ArrayList<UpdateForm>();
        for (UpdateEncoding encoding : List.of(UpdateEncoding.SIGN, UpdateEncoding.INT8, UpdateEncoding.INT4))
            for (Slice slice : List.of(Slice.WHOLE, new Slice(1, 2), new Slice(4, 5)))
                forms.add(new UpdateForm(encoding, slice, 0));
        var tasks = new ArrayList<>(List.of(task(1, SHORT, UpdateForm.whole(UpdateEncoding.F32))));
        for (int i = 0; i < forms.size(); i++) tasks.add(task(2 + i, SHORT, forms.get(i)));
        try (var server = new TaskServer(MODEL, tasks, shards(), false);
                Page page = open(server, boot)) {
            start(page, server);
            await(page, () -> server.updates.getLast().isDone());
            float[] update = UpdateCodec.decode(
                    UpdateEncoding.F32, server.updates.getFirst().get(), WEIGHTS.length);
            assertThat(update).isNotEqualTo(new float[update.length]);
            for (int i = 0; i < forms.size(); i++) {
                UpdateForm form = forms.get(i);
                assertThat(server.updates.get(1 + i).get())
                        .as("%s", form)
                        .isEqualTo(
                                UpdateCodec.encode(form.encoding(), form.slice().of(update)));
            }
        }
    }

    private static GradientTask task(long id, LocalSteps steps, UpdateForm form) {
        var data = new CorpusWindows(sha256(corpus), 3, 0, steps.windows());
        var weights = sha256(checkpoint);
        return new GradientTask(new Lease(id, 1), 0, weights, List.of(weights), List.of(), data, steps, form, 600_000);
    }

    /** Rounding in the browser must be the coordinator's to the last bit, or the checkpoint has another hash. */
    @ParameterizedTest
    @ValueSource(strings = {"boot-js.js", "boot-wasm.js"})
    void missedRounds_inBrowser_areCaughtUpByTheirDeltas(String boot) throws Exception {
        var shards = shards();
        var hops = new ArrayList<Hop>();
        byte[] last = checkpoint;
        float[] weights = WEIGHTS.clone();
        for (UpdateEncoding encoding : List.of(UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.TOP64_2BIT)) {
            byte[] delta =
                    CheckpointDelta.of(encoding, UpdateCodec.encode(encoding, step(hops.size())), weights.length);
            CheckpointDelta.apply(delta, weights);
            hops.add(new Hop(sha256(last), List.of(sha256(delta)), delta.length));
            shards.put(sha256(delta).hex(), delta);
            last = file(weights);
        }
        try (var server = new TaskServer(MODEL, List.of(task(), task(last, hops)), shards, false);
                Page page = open(server, boot)) {
            start(page, server);
            await(page, () -> server.updates.getLast().isDone());
            assertThat(page.evaluate("events.filter(e => e.type == 'refetched')"))
                    .isEqualTo(List.of());
            assertThat(server.asked)
                    .as("the weights of the last round are not even there")
                    .hasSize(2 + hops.size())
                    .endsWith(hops.stream()
                            .map(hop -> hop.pieces().getFirst().hex())
                            .toArray(String[]::new));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void tuning_isMeasuredOnceAndRemembered() throws Exception {
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = open(server, "boot-js.js")) {
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());
            page.evaluate("worker.terminate()");
            server.offer(task());
            load(page, server, "'/worker/boot-js.js'");
            start(page, server);
            await(page, () -> server.updates.getLast().isDone());
            var again = (Map<String, Object>) page.evaluate("events.find(e => e.type == 'tuned')");
            assertThat(again).containsEntry("remembered", true);
            assertThat((List<?>) again.get("kernels")).isNotEmpty();
            assertSame(UpdateCodec.decode(
                    UpdateEncoding.F32, server.updates.getLast().get(), expected.update().length));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void tuning_kernelThatComputesWrongly_isNotChosen() throws Exception {
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = chromium.browser().newPage()) {
            load(page, server, onlyWrongKernelsFast());
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());
            var tuned = (Map<String, Object>) page.evaluate("events.find(e => e.type == 'tuned')");
            assertThat((List<Map<String, Object>>) tuned.get("kernels"))
                    .isNotEmpty()
                    .allSatisfy(kernel -> assertThat((String) kernel.get("kernel"))
                            .matches("blocks.*|registers|strided|few-rows|INVOCATION"));
            assertSame(UpdateCodec.decode(
                    UpdateEncoding.F32, server.updates.getFirst().get(), expected.update().length));
        }
    }

    /** Products by subgroups and in workgroup memory that do nothing: nothing is faster. */
    private static String onlyWrongKernelsFast() {
        return """
                (() => {
                    const module = text => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
                    const prelude = module(`
                        const original = GPUDevice.prototype.createShaderModule;
                        GPUDevice.prototype.createShaderModule = function(descriptor) {
                          const code = descriptor.label.startsWith('subgroup') || descriptor.label.includes('matmul_workgroup')
                            ? descriptor.code.replaceAll('p < size.k', 'p < 0').replaceAll('first < size.k', 'first < 0')
                            : descriptor.code;
                          return original.call(this, {...descriptor, code});
                        };`);
                    return module(`import '${prelude}'; import '${location.origin}/worker/boot-js.js';`);
                })()""";
    }

    private static float[] step(long seed) {
        var random = new SplitMix64(seed);
        float[] step = new float[WEIGHTS.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) (0.01 * (random.nextDouble() - 0.5));
        return step;
    }

    private static void assertSame(float[] actual) {
        double error = 0, size = 0, actualSize = 0, product = 0;
        for (int i = 0; i < actual.length; i++) {
            double a = actual[i], e = expected.update()[i];
            error += (a - e) * (a - e);
            size += e * e;
            actualSize += a * a;
            product += a * e;
        }
        assertThat(Math.sqrt(error / size)).as("relative L2").isLessThanOrEqualTo(1e-3);
        assertThat(product / Math.sqrt(size * actualSize)).as("cosine").isGreaterThanOrEqualTo(0.9999);
    }

    @Test
    void start_browserWithoutWebGpu_failsWithAReason() {
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = chromium.browser().newPage()) {
            load(page, server, after("delete WorkerNavigator.prototype.gpu;"));
            start(page, server);
            await(page, () -> (boolean) page.evaluate("events.some(e => e.state == 'failed')"));
            assertThat((String) page.evaluate("events.at(-1).reason")).contains("no WebGPU");
        }
    }

    @Test
    void start_machineWithTooLittleMemory_refusesInWordsBeforeItDownloads() {
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = chromium.browser().newPage()) {
            load(page, server, machineOf(1 << 20));
            start(page, server);
            await(page, () -> (boolean) page.evaluate("events.some(e => e.state == 'failed')"));
            String reason = (String) page.evaluate("events.at(-1).reason");
            assertThat(reason).matches("This task needs \\d\\.\\d MB of buffers; this device allows 0\\.5 MB\\.");
            assertThat(heard(server, Abandon.class)).containsExactly(new Abandon(task().lease(), reason));
            assertThat(server.asked).isEmpty();
        }
    }

    /** In one page, whose second worker remembers the kernels that the first has chosen: others would add in another order. */
    @Test
    void task_machineThatCannotKeepActivations_recomputesThemToTheSameBits() throws Exception {
        long needed = MemoryPlan.keeping(TaskShape.of(MODEL, STEPS)).bytes();
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = chromium.browser().newPage()) {
            byte[] kept = update(page, server, 2 * needed + 4096, false);
            page.evaluate("worker.terminate()");
            server.offer(task());
            byte[] recomputed = update(page, server, 2 * needed - 4096, true);
            assertThat(recomputed).isEqualTo(kept);
            assertSame(UpdateCodec.decode(UpdateEncoding.F32, recomputed, expected.update().length));
        }
    }

    private static byte[] update(Page page, TaskServer server, long machine, boolean recompute) throws Exception {
        load(page, server, machineOf(machine));
        start(page, server);
        await(page, () -> server.updates.getLast().isDone());
        assertThat(page.evaluate("events.find(e => e.type == 'memory').recompute"))
                .isEqualTo(recompute);
        return server.updates.getLast().get();
    }

    private static Page open(TaskServer server, String boot) {
        Page page = chromium.browser().newPage();
        load(page, server, "'/worker/" + boot + "'");
        return page;
    }

    private static void load(Page page, TaskServer server, String script) {
        page.navigate("http://localhost:" + server.port());
        page.evaluate("() => { window.events = []; window.worker = new Worker(" + script + ", {type: 'module'});"
                + " worker.onmessage = e => { events.push(e.data); };"
                + " worker.onerror = e => { events.push({type: 'error', message: e.message}); }; }");
    }

    private static void start(Page page, TaskServer server) {
        command(
                page,
                "{type: 'start', url: 'ws://localhost:" + server.port()
                        + "/worker', key: '0123456789abcdef0123456789abcdef', power: 1}");
    }

    private static void command(Page page, String command) {
        page.evaluate("worker.postMessage(" + command + ")");
    }

    private static boolean seen(Page page, String type) {
        return (boolean) page.evaluate("type => events.some(e => e.type == type)", type);
    }

    private static <M> List<M> heard(TaskServer server, Class<M> type) {
        synchronized (server) {
            return server.heard.stream()
                    .filter(type::isInstance)
                    .map(type::cast)
                    .toList();
        }
    }

    private interface Condition {
        boolean holds();
    }

    /** Playwright dispatches the page's events only while it is called. */
    private static void await(Page page, Condition condition) {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        while (!condition.holds()) {
            Object trouble =
                    page.evaluate("JSON.stringify(events.find(e => e.type == 'error' || e.type == 'dropped') ?? null)");
            assertThat(trouble).as("what the worker said").isEqualTo("null");
            assertThat(System.nanoTime())
                    .as(() -> "deadline; the worker said " + page.evaluate("JSON.stringify(events.slice(-5))"))
                    .isLessThan(deadline);
            page.waitForTimeout(20);
        }
    }
}
