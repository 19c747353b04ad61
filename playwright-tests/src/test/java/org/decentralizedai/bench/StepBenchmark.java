package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.decentralizedai.worker.vector.VectorKernels;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench step}: prints a line of JSON for the step and one for the share of it that its products would need. */
@Command(
        name = "bench step",
        mixinStandardHelpOptions = true,
        description =
                "Whole training steps (forward, backward, AdamW, loss read back) of our browser worker, of a GPT in plain"
                        + " TensorFlow.js and of @genai-fi/nanogpt, all on WebGPU in the same Chromium, in turn within one run, in tokens per"
                        + " second, a line of JSON each; then which share of our step its own matrix products would need. Our losses are"
                        + " compared with the JVM's, the peers' must fall. 'ratio' is ours / best peer: greater than 1 is faster."
                        + " CHROMIUM= names another Chromium.")
public final class StepBenchmark implements Callable<Integer> {
    private static final Map<String, String> PEERS = new LinkedHashMap<>();
    private static final Training QUICK = new Training(2, 64, 2, 32, 4, 65);
    /** Of the first of which losses are compared, and by how much two f32 implementations may differ in them, relatively. */
    private static final int COMPARED = 3;

    private static final double AGREE = 1e-4;
    private static final int MOST_STEPS = 50, MOST_TIMES = 500;
    /** Short, so that a step and its products meet the same load from outside. */
    private static final double PART_MILLIS = 60;

    static {
        PEERS.put("tfjs", "tfjs-gpt");
        PEERS.put("nanogpt", "nanogpt");
    }

    @Mixin
    private final BrowserOptions options = new BrowserOptions();

    @Option(names = "--layers", description = "(default: ${DEFAULT-VALUE})")
    private int layers = 4;

    @Option(names = "--width", description = "(default: ${DEFAULT-VALUE})")
    private int width = 128;

    @Option(names = "--heads", description = "(default: ${DEFAULT-VALUE})")
    private int heads = 4;

    @Option(names = "--context", description = "(default: ${DEFAULT-VALUE})")
    private int context = 64;

    @Option(names = "--batch", description = "(default: ${DEFAULT-VALUE})")
    private int batch = 12;

    @Option(names = "--vocabulary", description = "at least 13 (default: ${DEFAULT-VALUE})")
    private int vocabulary = 65;

    @Option(names = "--peers", description = "which of tfjs, nanogpt; or none (default: ${DEFAULT-VALUE})")
    private String peers = "tfjs,nanogpt";

    public static void main(String[] args) {
        System.exit(new CommandLine(new StepBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() {
        return BrowserOptions.report(this::run);
    }

    private boolean run() {
        options.check();
        if (vocabulary < 13) throw new IllegalArgumentException("--vocabulary must be >= 13: " + vocabulary);
        var training = options.quick ? QUICK : new Training(layers, width, heads, context, batch, vocabulary);
        var jvm = new JvmTraining(
                training, () -> new VectorKernels(Runtime.getRuntime().availableProcessors()));
        List<String> modules = options.modules(peers, PEERS);
        try (var setting = new Setting(options.adapter)) {
            setting.files().add("/weights", jvm.weights());
            List<Rival> rivals = setting.rivals(modules, training.toPage());
            var contest = new Contest(training, jvm, rivals);
            contest.run();
            Line line = contest.line(setting);
            Line.print(line);
            if (line.ours() != null) Line.print(contest.share(setting));
            return line.failed().isEmpty() && rivals.size() == 1 + modules.size();
        }
    }

    private final class Contest {
        private record Part(Product product, String kernel, int count, int times, double[] millis) {}

        /** @param steps that fill a round */
        private record Ready(Rival rival, int steps, double firstLoss) {}

        private final Training training;
        private final JvmTraining jvm;
        private final List<Rival> rivals;
        private final Rival ours;
        private final double[] expected; // losses of our first steps
        private final Map<String, Double> errors = new LinkedHashMap<>();
        private final Map<String, String> failed = new LinkedHashMap<>();
        private final List<Ready> ready = new ArrayList<>();
        private final Rates rates = new Rates(options.rounds);
        private final int shareRounds = 3 * options.rounds;
        private final double[] stepMillis = new double[shareRounds];
        private final List<Part> parts = new ArrayList<>();

        Contest(Training training, JvmTraining jvm, List<Rival> rivals) {
            this.training = training;
            this.jvm = jvm;
            this.rivals = rivals;
            ours = rivals.getFirst();
            expected = jvm.losses(COMPARED);
        }

        void run() {
            for (Rival rival : rivals) guarded(rival, () -> ready.add(warmedUp(rival)));
            guarded(ours, this::prepareParts);
            for (int i = 0; i < options.rounds; i++) {
                int round = i;
                for (Ready each : ready) guarded(each.rival, () -> measure(each, round));
            }
            for (int i = 0; i < shareRounds; i++) {
                int round = i;
                guarded(ours, () -> measureShare(round));
            }
        }

        /** The first step compiles, the second still grows the pools of buffers. */
        private Ready warmedUp(Rival rival) {
            double firstLoss = rival.steps(1).losses()[0];
            return new Ready(rival, options.times(rival.steps(1).millis(), MOST_STEPS), firstLoss);
        }

        private void measure(Ready each, int round) {
            Rival.Steps done = each.rival.steps(each.steps);
            double perStep = done.millis() / each.steps;
            if (each.rival == ours) compare(done.losses());
            else requireFall(each.firstLoss, done.losses());
            rates.put(each.rival.name(), round, 1000 * training.tokens() / perStep);
        }

        private void compare(double[] losses) {
            double worst = 0;
            for (int i = 0; i < Math.min(expected.length, losses.length); i++)
                worst = Math.max(worst, Math.abs(losses[i] - expected[i]) / expected[i]);
            errors.merge(ours.name(), Measured.rounded(worst), Math::max);
            if (!(worst < AGREE)) throw new PlaywrightException("its losses differ from the JVM's by " + worst);
        }

        private static void requireFall(double first, double[] losses) {
            double last = losses[losses.length - 1];
            if (!(last < first)) throw new PlaywrightException("its loss does not fall: " + first + " to " + last);
        }

        private void prepareParts() {
            jvm.products().forEach((product, count) -> {
                double error = ours.prepare(product);
                if (!product.allows(error)) throw new PlaywrightException(product + " is wrong by " + error);
                int times = (int) Math.clamp(PART_MILLIS / ours.run(1), 1, MOST_TIMES);
                parts.add(new Part(product, ours.kernel(), count, times, new double[shareRounds]));
            });
        }

        private void measureShare(int round) {
            stepMillis[round] = ours.steps(1).millis();
            for (Part part : parts) {
                ours.prepare(part.product);
                part.millis[round] = ours.run(part.times) / part.times;
            }
        }

        /** One that fails is not measured any more and does not stop the others. */
        private void guarded(Rival rival, Runnable work) {
            if (failed.containsKey(rival.name())) return;
            try {
                work.run();
            } catch (PlaywrightException e) {
                failed.put(rival.name(), Setting.firstLine(e));
                rates.remove(rival.name());
            }
        }

        Line line(Setting setting) {
            return Line.of("step", "step " + training, "tokens/s", "", rates, errors, failed, setting);
        }

        ShareLine share(Setting setting) {
            double[] products = new double[shareRounds], shares = new double[shareRounds];
            for (int i = 0; i < shareRounds; i++) {
                for (Part part : parts) products[i] += part.count * part.millis[i];
                shares[i] = 100 * products[i] / stepMillis[i];
            }
            return new ShareLine(
                    "step",
                    "share of its products, " + training,
                    "%",
                    Measured.of("products / step", shares),
                    Measured.of("products, ms", products),
                    Measured.of("step, ms", stepMillis),
                    parts.stream()
                            .map(part -> new ShareLine.Part(
                                    part.product.toString(), part.kernel, part.count, Measured.of("ms", part.millis)))
                            .toList(),
                    setting.adapter(),
                    setting.chromiumVersion(),
                    Line.sourceCommit());
        }
    }
}
