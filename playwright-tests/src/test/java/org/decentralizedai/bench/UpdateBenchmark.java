package org.decentralizedai.bench;

import static java.util.Objects.requireNonNull;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.decentralizedai.browser.Chromium;
import org.decentralizedai.browser.WorkerFiles;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench update}: prints a line of JSON for each form of an update. */
@Command(
        name = "bench update",
        mixinStandardHelpOptions = true,
        description =
                "Getting an update from the GPU of a browser worker to its bytes on the wire, in milliseconds: encoded on the"
                        + " device, so that its code alone is read back, and read back as f32 and encoded by the worker, in turn within one"
                        + " run. Both ways must come to the same bytes. CHROMIUM= names another Chromium.")
public final class UpdateBenchmark implements Callable<Integer> {
    /** Tokens of the step whose update it is; what an update costs does not depend on it. */
    private static final int CONTEXT = 16;

    /** Keeps one worker, so that its model's memory is taken once. */
    private static final String OPEN = """
            ({boot, command, parameters}) => {
              const worker = new Worker(boot, {type: 'module'});
              let state = 1;
              const next = () => (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31;
              const weights = new Int8Array(Float32Array.from({length: parameters}, () => 0.04 * next()).buffer);
              const tokens = new Int8Array(Uint16Array.from({length: command.context + 1}, (_, i) => (i * 7 + 3) % 13).buffer);
              const kept = {};
              globalThis.measure = (encoding, onHost, times) => new Promise((resolve, reject) => {
                worker.onerror = error => reject(new Error(error.message || 'the worker did not load'));
                worker.onmessage = ({data: {millis, code, reason}}) => {
                  if (reason) return reject(new Error(reason));
                  const before = kept[encoding] ??= code;
                  const same = before.length === code.length && before.every((value, i) => value === code[i]);
                  resolve({millis: millis / times, bytes: code.length, same});
                };
                worker.postMessage({type: 'measure', what: 'update', ...command, weights, tokens, batch: 1, encoding, onHost, times});
              });
            }""";

    @Mixin
    private final BrowserOptions options = new BrowserOptions();

    @Option(names = "--backend", description = "js or wasm (default: ${DEFAULT-VALUE})")
    private String backend = "js";

    @Option(names = "--times", description = "updates of a round (default: ${DEFAULT-VALUE})")
    private int times = 3;

    /**
     * @param readOnHost bytes that leave the device when the worker encodes
     * @param readOnDevice the same when the device does
     * @param same whether both came to the same bytes in every round
     */
    private record UpdateLine(
            String benchmark,
            String what,
            String unit,
            long readOnHost,
            long readOnDevice,
            Measured onHost,
            Measured onDevice,
            boolean same,
            String chromium,
            String commit) {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new UpdateBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() {
        return BrowserOptions.report(this::run);
    }

    private boolean run() {
        options.check();
        boolean same = measure("tiny", ModelConfig.tiny());
        return options.quick ? same : measure("small", ModelConfig.small()) && same;
    }

    private boolean measure(String name, ModelConfig model) {
        try (WorkerFiles files = WorkerFiles.serve();
                Chromium chromium = options.adapter.start()) {
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(0);
            page.navigate(files.url());
            int parameters = ParameterLayout.of(model).parameterCount();
            String boot = "/worker/boot-" + backend + ".js";
            page.evaluate(OPEN, Map.of("boot", boot, "command", command(model), "parameters", parameters));
            boolean same = true;
            for (UpdateEncoding encoding : List.of(UpdateEncoding.SIGN, UpdateEncoding.INT8, UpdateEncoding.INT4)) {
                double[] onHost = new double[options.rounds], onDevice = new double[options.rounds];
                boolean alike = true;
                for (int round = 0; round < options.rounds; round++) {
                    alike &= one(page, encoding, true, onHost, round);
                    alike &= one(page, encoding, false, onDevice, round);
                }
                Line.print(new UpdateLine(
                        "update",
                        name + " " + encoding + " " + backend,
                        "ms",
                        (long) Float.BYTES * parameters,
                        UpdateCodec.maxEncodedBytes(encoding, parameters),
                        Measured.of("on host", onHost),
                        Measured.of("on device", onDevice),
                        alike,
                        chromium.browser().version(),
                        Line.sourceCommit()));
                same &= alike;
            }
            return same;
        }
    }

    /** @return whether the bytes are those of the first measurement in this form */
    @SuppressWarnings("unchecked")
    private boolean one(Page page, UpdateEncoding encoding, boolean onHost, double[] millis, int round) {
        var answer = (Map<String, Object>) requireNonNull(page.evaluate(
                "([encoding, onHost, times]) => measure(encoding, onHost, times)",
                List.of(encoding.name(), onHost, times)));
        millis[round] = ((Number) requireNonNull(answer.get("millis"))).doubleValue();
        if (((Number) requireNonNull(answer.get("bytes"))).intValue() == 0) throw new PlaywrightException("no bytes");
        return (boolean) requireNonNull(answer.get("same"));
    }

    private static Map<String, Object> command(ModelConfig model) {
        return Map.of(
                "vocabulary", model.vocabulary(),
                "hidden", model.hidden(),
                "layers", model.layers(),
                "heads", model.heads(),
                "kvHeads", model.kvHeads(),
                "headDim", model.headDim(),
                "intermediate", model.intermediate(),
                "context", CONTEXT);
    }
}
