package org.decentralizedai.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Page;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.browser.Chromium;
import org.decentralizedai.browser.WorkerFiles;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.SplitMix64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The worker's command 'measure' computes what it times. */
class MeasureIT {
    private static final double LIMIT_MILLIS = 120_000;

    /** Sends the commands one after the other and resolves to their answers, with plain arrays for typed ones. */
    private static final String MEASURE = """
            async ({boot, commands}) => {
              const bytes = text => Int8Array.from(atob(text), c => c.charCodeAt(0));
              const typed = ({a, b, weights, tokens, ...rest}) => a
                ? {...rest, a: Float32Array.from(a), b: Float32Array.from(b)}
                : {...rest, weights: bytes(weights), tokens: bytes(tokens)};
              const plain = array => array && Array.from(array);
              const worker = new Worker(boot, {type: 'module'});
              try {
                const answers = [];
                for (const command of commands)
                  answers.push(await new Promise((resolve, reject) => {
                    worker.onmessage = ({data: {millis, values, losses, tokens, reason}}) =>
                      resolve({millis, values: plain(values), losses: plain(losses), tokens: plain(tokens), reason});
                    worker.onerror = error => reject(new Error(error.message || 'the worker did not load'));
                    worker.postMessage({type: 'measure', ...typed(command)});
                  }));
                return answers;
              } finally {
                worker.terminate();
              }
            }""";

    @ParameterizedTest
    @ValueSource(strings = {"js", "wasm"})
    void productsAndSteps_areThoseOfTheJvm(String backend) {
        var product = new Product(MatmulLayout.ABT, 20, 9, 13);
        float[] a = random(20 * 13, 1), b = random(9 * 13, 2);
        var training = new Training(1, 32, 2, 16, 2, 65);
        var jvm = new JvmTraining(training, ReferenceKernels::new);
        List<Map<String, Object>> answers = measured(
                backend, List.of(command(product, a, b), command(training, jvm), command(product, a, new float[] {1})));

        Map<String, Object> multiplied = answers.getFirst(), trained = answers.get(1), refused = answers.getLast();
        assertThat(multiplied).containsEntry("reason", "");
        assertThat(number(multiplied.get("millis"))).isPositive();
        double[] values = doubles(multiplied.get("values"));
        float[] expected = reference(product, a, b);
        for (int i = 0; i < expected.length; i++) assertThat(values[i]).isCloseTo(expected[i], within(1e-4));
        assertThat(trained).containsEntry("reason", "");
        double[] losses = doubles(trained.get("losses"));
        assertThat(losses).containsExactly(jvm.losses(3), within(1e-3));
        assertThat(losses[2]).isLessThan(losses[0]);
        assertThat((String) refused.get("reason")).contains("too few values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"js", "wasm"})
    void generatedTokens_areTheLikeliestByTheWholeForward(String backend) {
        var model = new Training(2, 32, 2, 16, 1, 65);
        var jvm = new JvmGeneration(model.model());
        int[] prompt = Arrays.copyOf(model.ids(), 5);
        Map<String, Object> command = command(model, jvm.weights(), packed(prompt));
        command.putAll(Map.of("what", "generate", "count", 11, "times", 1));
        var standard = new HashMap<>(command);
        standard.put("standard", true);
        List<Map<String, Object>> commands =
                backend.equals("js") ? List.of(command, standard) : List.of(standard); // tuning takes long
        for (Map<String, Object> answer : measured(backend, commands)) {
            assertThat(answer).containsEntry("reason", "");
            int[] tokens = Arrays.stream(doubles(answer.get("tokens")))
                    .mapToInt(id -> (int) id)
                    .toArray();
            assertThat(tokens).hasSize(12);
            assertThat(Arrays.stream(tokens).distinct().count()).isGreaterThan(1); // else anything would do
            assertThat(jvm.shortfall(prompt, tokens)).isLessThan(1e-4);
            tokens[6] = (tokens[6] + 1) % 65;
            assertThat(jvm.shortfall(prompt, tokens)).isGreaterThan(1e-3);
        }
    }

    private static byte[] packed(int[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids) bytes.putShort((short) id);
        return bytes.array();
    }

    private static Map<String, Object> command(Product product, float[] a, float[] b) {
        var command = new HashMap<>(product.toPage());
        command.putAll(Map.of("what", "product", "times", 3, "values", true, "a", list(a), "b", list(b)));
        return command;
    }

    private static Map<String, Object> command(Training training, JvmTraining jvm) {
        Map<String, Object> command = command(training, jvm.weights(), jvm.tokens());
        command.putAll(Map.of("what", "step", "batch", training.batch(), "steps", 2, "keeping", "ALL"));
        return command;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> command(Training model, byte[] weights, byte[] tokens) {
        var command = new HashMap<>((Map<String, Object>) model.toPage().get("model"));
        command.put("weights", Base64.getEncoder().encodeToString(weights));
        command.put("tokens", Base64.getEncoder().encodeToString(tokens));
        return command;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> measured(String backend, List<Map<String, Object>> commands) {
        try (WorkerFiles files = WorkerFiles.serve();
                Chromium chromium = Chromium.withQuickWebGpu()) {
            var errors = new ArrayList<String>();
            Page page = chromium.browser().newPage();
            page.setDefaultTimeout(LIMIT_MILLIS);
            page.onPageError(errors::add);
            page.navigate(files.url());
            var answers = (List<Map<String, Object>>)
                    page.evaluate(MEASURE, Map.of("boot", "/worker/boot-" + backend + ".js", "commands", commands));
            assertThat(errors).isEmpty();
            return answers;
        }
    }

    private static float[] reference(Product product, float[] a, float[] b) {
        try (var kernels = new ReferenceKernels()) {
            Tensor left = kernels.allocate(Shape.of(product.m(), product.k()));
            Tensor right = kernels.allocate(Shape.of(product.n(), product.k()));
            Tensor c = kernels.allocate(Shape.of(product.m(), product.n()));
            kernels.upload(left, a);
            kernels.upload(right, b);
            kernels.matmul(product.layout(), c, left, right, false);
            return kernels.read(c);
        }
    }

    private static float[] random(int count, long seed) {
        var random = new SplitMix64(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) random.nextNormal();
        return values;
    }

    private static List<Double> list(float[] values) {
        var all = new ArrayList<Double>();
        for (float value : values) all.add((double) value);
        return all;
    }

    @SuppressWarnings("unchecked")
    private static double[] doubles(@Nullable Object list) {
        return ((List<Object>) requireNonNull(list))
                .stream().mapToDouble(MeasureIT::number).toArray();
    }

    private static double number(@Nullable Object value) {
        return ((Number) requireNonNull(value)).doubleValue();
    }
}
