package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Page;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ModelProducts;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Precision;
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
import org.decentralizedai.worker.KernelChoice;
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
        return task(file, hops, STEPS);
    }

    private static GradientTask task(byte[] file, List<Hop> hops, LocalSteps steps) {
        return task(1 + hops.size(), file, hops, steps, false);
    }

    private static GradientTask task(int number, byte[] file, List<Hop> hops, LocalSteps steps, boolean auditable) {
        return new GradientTask(
                new Lease(number, 1),
                hops.size(),
                sha256(file),
                List.of(sha256(file)),
                hops,
                List.of(),
                new CorpusWindows(sha256(corpus), 3, 0, STEPS.windows()),
                steps,
                UpdateForm.whole(UpdateEncoding.F32),
                auditable,
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
    @Test
    void codes_inBrowser_areTheCodecsOfTheSameUpdate() throws Exception {
        var forms = new ArrayList<UpdateForm>();
        for (UpdateEncoding encoding : List.of(UpdateEncoding.SIGN, UpdateEncoding.INT8, UpdateEncoding.INT4))
            for (Slice slice : List.of(Slice.WHOLE, new Slice(1, 2), new Slice(4, 5)))
                forms.add(new UpdateForm(encoding, slice, 0));
        var tasks = new ArrayList<>(List.of(task(1, SHORT, UpdateForm.whole(UpdateEncoding.F32))));
        for (int i = 0; i < forms.size(); i++) tasks.add(task(2 + i, SHORT, forms.get(i)));
        try (var server = new TaskServer(MODEL, tasks, shards(), false);
                Page page = open(server, "boot-js.js")) {
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
        return task(id, steps, form, data, weights, List.of());
    }

    private static GradientTask task(
            long id, LocalSteps steps, UpdateForm form, CorpusWindows data, Sha256 weights, List<Sha256> moment) {
        return new GradientTask(
                new Lease(id, 1), 0, weights, List.of(weights), List.of(), moment, data, steps, form, false, 600_000);
    }

    @Test
    void publishedSecondMoment_inBrowser_leadsTheSteps() throws Exception {
        float[] v = new float[WEIGHTS.length];
        for (int i = 0; i < v.length; i++) v[i] = 1e-8f * (1 + i % 1000);
        byte[] published = PublishedMoment.encode(v);
        var shards = shards();
        shards.put(sha256(published).hex(), published);
        var plain = task();
        var along = task(
                1,
                STEPS,
                UpdateForm.whole(UpdateEncoding.F32),
                plain.data(),
                plain.checkpoint(),
                List.of(sha256(published)));
        float[] alongIt = LocalTraining.compute(
                        new ReferenceKernels(),
                        MODEL,
                        checkpoint,
                        HEADER,
                        PublishedMoment.packed(published, v.length),
                        STEPS,
                        new TaskWindows(corpus, plain.data(), STEPS.context()))
                .update();
        try (var server = new TaskServer(MODEL, List.of(along), shards, false);
                Page page = open(server, "boot-js.js")) {
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());
            float[] actual = decoded(server.updates.getFirst().get());
            assertThat(RelativeError.l2(actual, alongIt)).isLessThanOrEqualTo(1e-3);
            assertThat(RelativeError.l2(actual, expected.update()))
                    .as("AdamW's from zero moments")
                    .isGreaterThan(0.1);
        }
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

    /** Two forms that are wrong in their second output only, one that does not compile, a product that does nothing. */
    private static final String WRONG_FORMS = """
            const original = GPUDevice.prototype.createShaderModule;
            const wrong = {
              'rms_norm_workgroup.wgsl': ['rstd[row] = r;', 'rstd[row] = 1.01 * r;'],
              'attention_workgroup.wgsl': ['log(total_weight.x)', 'log(1.5 * total_weight.x)'],
              'cross_entropy_workgroup.wgsl': ['fn main', 'oops fn main'],
              'subgroup product ABT of 4': ['p < size.k', 'p < 0'],
            };
            GPUDevice.prototype.createShaderModule = function(descriptor) {
              const [right, other] = wrong[descriptor.label] ?? ['', ''];
              return original.call(this, {...descriptor, code: descriptor.code.replace(right, other)});
            };""";

    @Test
    void tuning_rememberedKernelThatIsWrongNow_isMeasuredAgain() throws Exception {
        List<String> products = ModelProducts.of(MODEL, STEPS.microBatch() * STEPS.context()).keySet().stream()
                .map(ProductShape::toString)
                .filter(name -> name.startsWith("ABT"))
                .toList();
        try (var server = new TaskServer(MODEL, List.of(task()), shards(), false);
                Page page = open(server, "boot-js.js")) {
            tuneAndLeave(page, server);
            var right = List.of(chosen("attentionBackward", "WORKGROUP"), chosen(products.get(0), "strided"));
            var wrong = List.of(
                    chosen("rmsNorm", "WORKGROUP"),
                    chosen("attention", "WORKGROUP"),
                    chosen("crossEntropy", "WORKGROUP"),
                    chosen(products.get(1), "subgroups"),
                    chosen(products.get(2), "of-an-older-version"));
            keep(page, Stream.of(right, wrong).flatMap(List::stream).toList());
            server.offer(task());
            load(page, server, after(WRONG_FORMS));
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());

            assertThat(page.evaluate("events.find(e => e.type == 'tuned').remembered"))
                    .isEqualTo(false);
            List<KernelChoice> kept = kept(page);
            assertThat(kept)
                    .containsAll(right)
                    .hasSize(right.size() + wrong.size())
                    .usingElementComparator(WorkerTaskIT::byKernel)
                    .doesNotContainAnyElementsOf(wrong);
            assertSame(UpdateCodec.decode(
                    UpdateEncoding.F32, server.updates.getFirst().get(), expected.update().length));
        }
    }

    @Test
    void auditableTask_onATunedDevice_isComputedAsIfItHadNeverBeenTuned() throws Exception {
        try (var server = new TaskServer(MODEL, List.of(auditable(1)), shards(), false);
                Page page = open(server, "boot-js.js")) {
            start(page, server);
            await(page, () -> server.updates.getFirst().isDone());
            byte[] untuned = server.updates.getFirst().get();
            assertThat(seen(page, "tuned")).isFalse();
            await(page, () ->
                    (boolean) page.evaluate("events.some(e => e.state == 'waiting' && e.reason)")); // has asked
            page.evaluate("worker.terminate()");

            server.offer(task());
            load(page, server, "'/worker/boot-js.js'");
            tuneAndLeave(page, server);
            keep(page, notStandard());
            server.offer(task());
            server.offer(auditable(2));
            load(page, server, "'/worker/boot-js.js'");
            start(page, server);
            await(page, () -> server.updates.get(2).isDone());
            assertThat(kept(page)).containsExactlyInAnyOrderElementsOf(notStandard());
            assertThat(page.evaluate("events.find(e => e.type == 'tuned').remembered"))
                    .isEqualTo(true);
            byte[] tuned = server.updates.get(1).get(),
                    audited = server.updates.get(2).get();
            assertThat(tuned).as("other kernels add in another order").isNotEqualTo(untuned);
            assertThat(audited).isEqualTo(untuned);
            assertSame(UpdateCodec.decode(UpdateEncoding.F32, audited, expected.update().length));
        }
    }

    private static GradientTask auditable(int number) {
        return task(number, checkpoint, List.of(), STEPS, true);
    }

    /** For all that a device tunes. */
    private static List<KernelChoice> notStandard() {
        Stream<String> rows = Stream.of(
                "attention",
                "attentionBackward",
                "crossEntropy",
                "rmsNorm",
                "rmsNormBackward",
                "rotary",
                "squaredNorm");
        Stream<ProductShape> products = ModelProducts.of(MODEL, STEPS.microBatch() * STEPS.context()).keySet().stream();
        return Stream.concat(
                        products.map(product -> chosen(product.toString(), "subgroups")),
                        rows.map(operation -> chosen(operation, "WORKGROUP")))
                .toList();
    }

    private static int byKernel(KernelChoice a, KernelChoice b) {
        return (a.operation() + " " + a.kernel()).compareTo(b.operation() + " " + b.kernel());
    }

    private static KernelChoice chosen(String operation, String kernel) {
        return new KernelChoice(operation, kernel, 1, 2);
    }

    /** So that something is kept for this model and browser. */
    private static void tuneAndLeave(Page page, TaskServer server) {
        start(page, server);
        await(page, () -> seen(page, "tuned"));
        page.evaluate("worker.terminate()");
    }

    /** Instead of what the page's worker has measured. */
    private static void keep(Page page, List<KernelChoice> choices) {
        page.evaluate(
                "text => kernels('readwrite', (store, keys) => keys.map(key => store.put(text, key)))",
                KernelChoice.text(choices));
    }

    private static List<KernelChoice> kept(Page page) {
        return KernelChoice.parse(
                (String)
                        page.evaluate(
                                "() => kernels('readonly', (store, keys) => keys.map(key => store.get(key))).then(texts => texts.join(''))"));
    }

    /** The results of requests to the store in which a worker keeps its choices. */
    private static final String STORE = """
            () => { window.kernels = (mode, requests) => new Promise((resolve, reject) => {
              const opening = indexedDB.open('tuning', 1);
              opening.onerror = reject;
              opening.onsuccess = () => {
                const transaction = opening.result.transaction('kernels', mode);
                const store = transaction.objectStore('kernels');
                let made = [];
                store.getAllKeys().onsuccess = event => { made = requests(store, event.target.result); };
                transaction.onabort = reject;
                transaction.oncomplete = () => { opening.result.close(); resolve(made.map(request => request.result)); };
              };
            }); }""";

    private static float[] step(long seed) {
        var random = new SplitMix64(seed);
        float[] step = new float[WEIGHTS.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) (0.01 * (random.nextDouble() - 0.5));
        return step;
    }

    private static void assertSame(float[] actual) {
        assertThat(RelativeError.l2(actual, expected.update())).isLessThanOrEqualTo(1e-3); // a cosine >= 1 - 5e-7
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

    @Test
    void task_machineThatCannotKeepActivations_makesThemAgainToTheSameBits() throws Exception {
        List<byte[]> updates = updates(STEPS, List.of(Keeping.ALL, Keeping.PRODUCTS, Keeping.NOTHING));
        assertThat(updates).allMatch(update -> Arrays.equals(update, updates.getFirst()));
        assertSame(decoded(updates.getFirst()));
    }

    /** A little further from the reference's, which is exact, than halves alone bring it: HalfActivationsTest. */
    @Test
    void task_activationsInF16_updateIsCloseToTheExactOneAndTheSameOnASmallMachine() throws Exception {
        LocalSteps rounded = STEPS.withActivations(Precision.F16);
        List<byte[]> updates = updates(rounded, List.of(Keeping.HALVES, Keeping.NOTHING_AS_HALVES));
        assertThat(updates.getLast()).isEqualTo(updates.getFirst());
        assertSame(decoded(updates.getFirst()));
        assertThat(RelativeError.l2(decoded(updates.getFirst()), expected.update()))
                .as("rounded")
                .isGreaterThan(3e-5);
    }

    /**
     * In one page, whose later workers remember the kernels that the first has chosen: others would add in another order.
     *
     * @param ways for each of which a machine has just enough
     */
    private static List<byte[]> updates(LocalSteps steps, List<Keeping> ways) throws Exception {
        var updates = new ArrayList<byte[]>();
        try (var server = new TaskServer(MODEL, List.of(), shards(), false);
                Page page = chromium.browser().newPage()) {
            for (Keeping way : ways) {
                server.offer(task(checkpoint, List.of(), steps));
                long needed = MemoryPlan.of(TaskShape.of(MODEL, steps), way).bytes();
                load(page, server, machineOf(2 * needed + 4096));
                start(page, server);
                await(page, () -> server.updates.getLast().isDone());
                assertThat(page.evaluate("events.find(e => e.type == 'memory').keeping"))
                        .isEqualTo(way.name());
                updates.add(server.updates.getLast().get());
                page.evaluate("worker.terminate()");
            }
        }
        return updates;
    }

    private static float[] decoded(byte[] update) {
        return UpdateCodec.decode(UpdateEncoding.F32, update, expected.update().length);
    }

    private static Page open(TaskServer server, String boot) {
        Page page = chromium.browser().newPage();
        load(page, server, "'/worker/" + boot + "'");
        return page;
    }

    private static void load(Page page, TaskServer server, String script) {
        page.navigate("http://localhost:" + server.port());
        page.evaluate(STORE);
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
