package org.decentralizedai.browser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decentralizedai.kernels.KernelExpectations;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every WGSL kernel in a real browser against the reference, by the shipped worker's own "check" command. The worker in JavaScript
 * checks right kernels and the one in WebAssembly some wrong ones among them; with {@code bin/test --slow} each does both.
 */
class GpuKernelsIT {
    private static final boolean SLOW = Boolean.getBoolean("slow");
    private static final double LIMIT_MILLIS = 120_000;

    /** Sends "check" and resolves to its event; {@code prelude} is run in the worker before its code. */
    private static final String CHECK = """
            async ({boot, prelude}) => {
              const module = text => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
              const both = [module(prelude), new URL(boot, location.href)].map(url => `import '${url}';`);
              const worker = new Worker(module(both.join('')), {type: 'module'});
              try {
                return await new Promise((resolve, reject) => {
                  worker.onmessage = message => message.data.type === 'check' && resolve(message.data);
                  worker.onerror = error => reject(new Error(error.message || 'the worker did not load'));
                  worker.postMessage({type: 'check'});
                });
              } finally {
                worker.terminate();
              }
            }""";

    /** A driver that compiles another text than it was given. */
    private static final String CHANGE_SHADERS = """
            const original = GPUDevice.prototype.createShaderModule;
            GPUDevice.prototype.createShaderModule = function(descriptor) {
              return original.call(this, {...descriptor, code: descriptor.code.replace('%s', '%s')});
            };
            """;

    /** A device that disappears at the first submission. */
    private static final String LOSE_DEVICE = """
            const original = GPUAdapter.prototype.requestDevice;
            GPUAdapter.prototype.requestDevice = async function(descriptor) {
              const device = await original.call(this, descriptor);
              const submit = device.queue.submit;
              device.queue.submit = function(commands) { submit.call(this, commands); device.destroy(); };
              return device;
            };
            """;

    /** Operations that have a form for GPUs beside the plain one, and those that have one by subgroups, which SwiftShader has. */
    private static final Set<String> BY_WORKGROUP = Set.of(
            "rmsNorm",
            "rmsNormBackward",
            "rotary",
            "crossEntropy",
            "squaredNorm",
            "attention",
            "attentionBackward",
            "cachedAttention");

    private static final Set<String> BY_SUBGROUP = Set.of("rmsNorm", "rmsNormBackward", "crossEntropy");

    /** blocks of 16, 32 and 64, strided, registers, subgroups, workgroup-32 and -64, few-rows and -registers: SwiftShader has no f16. */
    private static final int PRODUCT_KERNELS = 10;

    private static WorkerFiles files;
    private static Chromium chromium;

    private final List<String> pageErrors = new ArrayList<>();
    private Page page;

    @BeforeAll
    static void start() {
        files = WorkerFiles.serve();
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        files.close();
    }

    @BeforeEach
    void open() {
        page = chromium.browser().newPage();
        page.setDefaultTimeout(LIMIT_MILLIS);
        page.onPageError(pageErrors::add);
        page.navigate(files.url());
    }

    @AfterEach
    void close() {
        page.close();
        assertThat(pageErrors).isEmpty();
    }

    static List<String> right() {
        return SLOW ? List.of("js", "wasm") : List.of("js");
    }

    static List<String> wrong() {
        return SLOW ? List.of("js", "wasm") : List.of("wasm");
    }

    @ParameterizedTest
    @MethodSource("right")
    void everyKernel_inTheBrowser_meetsTheReference(String backend) {
        Map<String, Object> check = check(backend, "");
        assertThat(check.get("reason")).isEqualTo("");
        assertThat(failures(check)).isEmpty();
        assertThat(check).containsEntry("passed", true).containsEntry("cases", cases());
    }

    private static int cases() {
        int runs = KernelExpectations.all().stream()
                .mapToInt(expectation -> forms(expectation.operation()))
                .sum();
        return runs + PRODUCT_KERNELS * KernelExpectations.products().size();
    }

    private static int forms(String operation) {
        return 1 + (BY_WORKGROUP.contains(operation) ? 1 : 0) + (BY_SUBGROUP.contains(operation) ? 1 : 0);
    }

    /** The standard one and three of those on trial, in one check, which takes long. The others meet the reference here too. */
    @ParameterizedTest
    @MethodSource("wrong")
    void kernelsThatComputeWrongly_areNamed_andNoOthers(String backend) {
        String wrong = inBlock("subgroupBroadcast(a0, 0u)", "0.0")
                + inBlock("rows[x + i] * right", "right")
                + inBlock("return subgroupAdd(sum)", "return sum")
                + inBlock("c00 += b0 * a0", "c00 += b0");
        Map<String, Object> check = check(backend, wrong);
        assertThat(check).containsEntry("passed", false).containsEntry("cases", cases());
        List<String> named = List.of(
                "matmul (?!.* by ).*",
                "matmul.* by blocks-(16|32|64): .*",
                "matmul.* by few-rows.*: .*", // of more rows, which the standard one computes
                "matmul.* by subgroups: .*",
                "matmul.* by workgroup-(32|64): .*",
                "rmsNorm.* by SUBGROUP: .*");
        assertThat(failures(check)).allMatch(failure -> named.stream().anyMatch(failure::matches));
        assertThat(named).allMatch(name -> failures(check).stream().anyMatch(failure -> failure.matches(name)));
    }

    private static String inBlock(String right, String wrong) {
        return "{" + CHANGE_SHADERS.formatted(right, wrong) + "}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"js", "wasm"})
    void shaderThatDoesNotCompile_isReportedWithFileAndLine(String backend) {
        Map<String, Object> check = check(backend, CHANGE_SHADERS.formatted("top + log(total)", "top + oops"));
        assertThat(check).containsEntry("passed", false);
        assertThat((String) check.get("reason"))
                .matches("(?s)(attention\\w*|cross_entropy)\\.wgsl:\\d+:\\d+: .*oops.*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"js", "wasm"})
    void deviceLost_isReportedWithItsReason(String backend) {
        Map<String, Object> check = check(backend, LOSE_DEVICE);
        assertThat(check).containsEntry("passed", false);
        assertThat((String) check.get("reason")).contains("device lost: destroyed");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> check(String backend, String prelude) {
        String boot = "/worker/boot-" + backend + ".js";
        return (Map<String, Object>) page.evaluate(CHECK, Map.of("boot", boot, "prelude", prelude));
    }

    @SuppressWarnings("unchecked")
    private static List<String> failures(Map<String, Object> check) {
        return (List<String>) requireNonNull(check.get("failures"));
    }
}
