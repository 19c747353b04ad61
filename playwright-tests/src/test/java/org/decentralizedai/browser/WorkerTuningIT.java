package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.browser.NanoTask.MODEL;
import static org.decentralizedai.browser.NanoTask.STEPS;
import static org.decentralizedai.browser.NanoTask.assertExpected;
import static org.decentralizedai.browser.NanoTask.shards;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.model.ModelProducts;
import org.decentralizedai.worker.KernelChoice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which kernels a worker chooses by measuring, what it keeps of that, and when it uses them. */
class WorkerTuningIT {
    /** Products by subgroups and in workgroup memory that do nothing: nothing is faster. */
    private static final String ONLY_WRONG_KERNELS_FAST = """
            const original = GPUDevice.prototype.createShaderModule;
            GPUDevice.prototype.createShaderModule = function(descriptor) {
              const code = descriptor.label.startsWith('subgroup') || descriptor.label.includes('matmul_workgroup')
                ? descriptor.code.replaceAll('p < size.k', 'p < 0').replaceAll('first < size.k', 'first < 0')
                : descriptor.code;
              return original.call(this, {...descriptor, code});
            };""";

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

    /** The results of requests to the store in which a worker keeps its choices. */
    private static final String KERNELS = """
            const kernels = (mode, requests) => new Promise((resolve, reject) => {
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
            });""";

    private static Chromium chromium;

    @BeforeAll
    static void open() {
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    private static TaskServer server() {
        return new TaskServer(MODEL, List.of(NanoTask.tuned(STEPS)), shards(), false);
    }

    @Test
    @SuppressWarnings("unchecked")
    void tuning_isMeasuredOnceAndRemembered() throws Exception {
        try (var server = server();
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            page.start();
            page.awaitUpdates();
            page.terminate();
            server.offer(NanoTask.tuned(STEPS));
            page.load(WorkerPage.JS);
            page.start();
            page.awaitUpdates();
            var again = (Map<String, Object>) page.evaluate("events.find(e => e.type == 'tuned')");
            assertThat(again).containsEntry("remembered", true);
            assertThat((List<?>) again.get("kernels")).isNotEmpty();
            assertExpected(server.updates.getLast().get());
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void tuning_kernelThatComputesWrongly_isNotChosen() throws Exception {
        try (var server = server();
                var page = new WorkerPage(chromium, server, WorkerPage.after(ONLY_WRONG_KERNELS_FAST))) {
            page.start();
            page.awaitUpdates();
            var tuned = (Map<String, Object>) page.evaluate("events.find(e => e.type == 'tuned')");
            assertThat((List<Map<String, Object>>) tuned.get("kernels"))
                    .isNotEmpty()
                    .allSatisfy(kernel -> assertThat((String) kernel.get("kernel"))
                            .matches("blocks.*|registers|strided|few-rows|INVOCATION"));
            assertExpected(server.updates.getFirst().get());
        }
    }

    @Test
    void tuning_rememberedKernelThatIsWrongNow_isMeasuredAgain() throws Exception {
        List<String> products = products()
                .map(ProductShape::toString)
                .filter(name -> name.startsWith("ABT"))
                .toList();
        try (var server = server();
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            tuneAndLeave(page);
            var right = List.of(chosen("attentionBackward", "WORKGROUP"), chosen(products.get(0), "strided"));
            var wrong = List.of(
                    chosen("rmsNorm", "WORKGROUP"),
                    chosen("attention", "WORKGROUP"),
                    chosen("crossEntropy", "WORKGROUP"),
                    chosen(products.get(1), "subgroups"),
                    chosen(products.get(2), "of-an-older-version"));
            keep(page, Stream.of(right, wrong).flatMap(List::stream).toList());
            server.offer(NanoTask.tuned(STEPS));
            page.load(WorkerPage.after(WRONG_FORMS));
            page.start();
            page.await(() -> server.updates.getFirst().isDone());

            assertThat(page.evaluate("events.find(e => e.type == 'tuned').remembered"))
                    .isEqualTo(false);
            List<KernelChoice> kept = kept(page);
            assertThat(kept)
                    .containsAll(right)
                    .hasSize(right.size() + wrong.size())
                    .usingElementComparator(WorkerTuningIT::byKernel)
                    .doesNotContainAnyElementsOf(wrong);
            assertExpected(server.updates.getFirst().get());
        }
    }

    @Test
    void auditableTask_onATunedDevice_isComputedAsIfItHadNeverBeenTuned() throws Exception {
        var tasks = List.of(NanoTask.standard(2), NanoTask.tuned(STEPS));
        try (var server = new TaskServer(MODEL, tasks, shards(), false);
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            tuneAndLeave(page);
            assertThat(page.evaluate("events.map(e => e.type).filter(type => type == 'verdict' || type == 'tuned')"))
                    .as("the first task was computed before anything was tuned")
                    .isEqualTo(List.of("verdict", "tuned"));
            byte[] untuned = server.updates.getFirst().get();
            keep(page, notStandard());
            server.offer(NanoTask.tuned(STEPS));
            server.offer(NanoTask.standard(2));
            page.load(WorkerPage.JS);
            page.start();
            page.await(() -> server.updates.get(2).isDone());
            assertThat(kept(page)).containsExactlyInAnyOrderElementsOf(notStandard());
            assertThat(page.evaluate("events.find(e => e.type == 'tuned').remembered"))
                    .isEqualTo(true);
            byte[] tuned = server.updates.get(1).get(),
                    audited = server.updates.get(2).get();
            assertThat(tuned).as("other kernels add in another order").isNotEqualTo(untuned);
            assertThat(audited).isEqualTo(untuned);
            assertExpected(audited);
        }
    }

    private static Stream<ProductShape> products() {
        return ModelProducts.of(MODEL, STEPS.microBatch() * STEPS.context()).keySet().stream();
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
        return Stream.concat(
                        products().map(product -> chosen(product.toString(), "subgroups")),
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
    private static void tuneAndLeave(WorkerPage page) {
        page.start();
        page.await(() -> page.seen("tuned"));
        page.terminate();
    }

    /** Instead of what the page's worker has measured. */
    private static void keep(WorkerPage page, List<KernelChoice> choices) {
        page.evaluate(
                "text => { " + KERNELS
                        + " return kernels('readwrite', (store, keys) => keys.map(key => store.put(text, key))); }",
                KernelChoice.text(choices));
    }

    private static List<KernelChoice> kept(WorkerPage page) {
        return KernelChoice.parse(
                (String) page.evaluate("() => { " + KERNELS + " return kernels('readonly', (store, keys) =>"
                        + " keys.map(key => store.get(key))).then(texts => texts.join('')); }"));
    }
}
