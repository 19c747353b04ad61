package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
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
        measure("JVM, one thread, processor time", training, jvm, way -> count -> jvm.steps(way, count), expected);
        try (var setting = new Setting(options.adapter)) {
            setting.files().add("/weights", jvm.weights());
            String engine = "Chromium " + setting.chromiumVersion() + ", "
                    + setting.adapter().kind();
            measure(engine, training, jvm, way -> inChromium(setting, training, way), expected);
        }
        return true;
    }

    private static Engine inChromium(Setting setting, Training training, Keeping way) {
        var config = new HashMap<>(training.toPage());
        config.put("keeping", way.name());
        return setting.rivals(List.of(), config).getFirst()::steps;
    }

    /** A way as it is measured. @param rates tokens/s of each round */
    private record Way(Keeping keeping, Engine engine, int count, double[] rates) {}

    private void measure(
            String name, Training training, JvmTraining jvm, Function<Keeping, Engine> engines, double[] expected) {
        List<Way> measured = new ArrayList<>();
        Map<Keeping, Long> bytes = new LinkedHashMap<>();
        double error = 0;
        for (Keeping way : WAYS) { // the first steps compile
            Engine engine = engines.apply(way);
            error = Math.max(error, worst(engine.steps(COMPARED - 1).losses(), expected));
            int count = options.times(engine.steps(1).millis(), MOST_STEPS);
            measured.add(new Way(way, engine, count, new double[options.rounds]));
            bytes.put(way, jvm.plan(way).bytes());
        }
        if (!(error < AGREE)) throw new PlaywrightException("losses differ by " + error);
        for (int round = 0; round < options.rounds; round++)
            for (Way way : measured) {
                double millis = way.engine().steps(way.count()).millis();
                way.rates()[round] = 1000.0 * training.tokens() * way.count() / millis;
            }
        double[] all = measured.getFirst().rates();
        List<Measured> ways = new ArrayList<>(), toAll = new ArrayList<>();
        for (Way way : measured) {
            double[] ratios = new double[options.rounds];
            for (int i = 0; i < ratios.length; i++) ratios[i] = way.rates()[i] / all[i];
            ways.add(Measured.of(way.keeping().name(), way.rates()));
            toAll.add(Measured.of(way.keeping().name(), ratios));
        }
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
