package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.worker.vector.VectorKernels;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench keeping}: prints a line of JSON for the JVM and one for Chromium. */
@Command(
        name = "bench keeping",
        mixinStandardHelpOptions = true,
        description =
                "Whole training steps with activations kept in each way (Keeping), in turn within one run, in tokens per second:"
                        + " first by the JVM engine (one thread, of its processor time), then by the worker in Chromium. Losses are compared with those of keeping all."
                        + " CHROMIUM= names another Chromium.")
public final class KeepingBenchmark implements Callable<Integer> {
    private static final List<Keeping> WAYS = List.of(Keeping.ALL, Keeping.PRODUCTS, Keeping.HALVES, Keeping.NOTHING);
    private static final Training QUICK = new Training(4, 64, 2, 32, 4, 65);
    private static final int COMPARED = 3, MOST_STEPS = 50;
    /** Relative difference of the first losses that another engine and halves may make. */
    private static final double AGREE = 1e-3;

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

    public static void main(String[] args) {
        System.exit(new CommandLine(new KeepingBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    /**
     * @param bytes of all buffers
     * @param toAll speed as a multiple of that of keeping all, by rounds
     */
    private record WaysLine(
            String benchmark,
            String what,
            String engine,
            String unit,
            Map<Keeping, Long> bytes,
            List<Measured> ways,
            List<Measured> toAll,
            double error,
            String commit) {}

    private interface Engine {
        /** So many steps from the first weights. */
        Rival.Steps steps(int count);
    }

    @Override
    public Integer call() {
        return BrowserOptions.report(this::run);
    }

    private boolean run() {
        options.check();
        var training = options.quick ? QUICK : new Training(layers, width, heads, context, batch, 65);
        var jvm = new JvmTraining(training, () -> new VectorKernels(1));
        double[] expected = jvm.losses(COMPARED);
        Map<Keeping, Engine> onJvm = new LinkedHashMap<>();
        for (Keeping way : WAYS) onJvm.put(way, count -> jvm.steps(way, count));
        measure("JVM, one thread, processor time", training, jvm, onJvm, expected);
        try (var setting = new Setting(options.adapter)) {
            setting.files().add("/weights", jvm.weights());
            Map<Keeping, Engine> inChromium = new LinkedHashMap<>();
            for (Keeping way : WAYS) {
                var config = new HashMap<>(training.toPage());
                config.put("keeping", way.name());
                inChromium.put(way, setting.rivals(List.of(), config).getFirst()::steps);
            }
            String engine = "Chromium " + setting.chromiumVersion() + ", "
                    + setting.adapter().kind();
            measure(engine, training, jvm, inChromium, expected);
        }
        return true;
    }

    private void measure(
            String name, Training training, JvmTraining jvm, Map<Keeping, Engine> engines, double[] expected) {
        Map<Keeping, double[]> rates = new LinkedHashMap<>();
        Map<Keeping, Integer> counts = new LinkedHashMap<>();
        Map<Keeping, Long> bytes = new LinkedHashMap<>();
        double error = 0;
        for (Keeping way : WAYS) { // the first steps compile
            Engine engine = engines.get(way);
            error = Math.max(error, worst(engine.steps(COMPARED - 1).losses(), expected));
            counts.put(way, options.times(engine.steps(1).millis(), MOST_STEPS));
            rates.put(way, new double[options.rounds]);
            bytes.put(way, jvm.plan(way).bytes());
        }
        if (!(error < AGREE)) throw new PlaywrightException("losses differ by " + error);
        for (int round = 0; round < options.rounds; round++)
            for (Keeping way : WAYS) {
                int count = counts.get(way);
                double millis = engines.get(way).steps(count).millis();
                rates.get(way)[round] = 1000.0 * training.tokens() * count / millis;
            }
        List<Measured> ways = new ArrayList<>(), toAll = new ArrayList<>();
        rates.forEach((way, rounds) -> {
            ways.add(Measured.of(way.name(), rounds));
            double[] ratios = new double[rounds.length];
            for (int i = 0; i < ratios.length; i++) ratios[i] = rounds[i] / rates.get(Keeping.ALL)[i];
            toAll.add(Measured.of(way.name(), ratios));
        });
        Line.print(new WaysLine(
                "keeping",
                "step " + training,
                name,
                "tokens/s",
                bytes,
                ways,
                toAll,
                Measured.rounded(error),
                Line.sourceCommit()));
    }

    private static double worst(double[] losses, double[] expected) {
        double worst = 0;
        for (int i = 0; i < Math.min(losses.length, expected.length); i++)
            worst = Math.max(worst, Math.abs(losses[i] - expected[i]) / expected[i]);
        return worst;
    }
}
