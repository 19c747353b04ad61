package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench ladder}: prints a line of JSON for each rung of {@code peers/pages/ladder.mjs}. */
@Command(
        name = "bench ladder",
        mixinStandardHelpOptions = true,
        description =
                "The ladder of matrix products: kernels that were tried, a line of idea each, in turn within one run, in"
                        + " GFLOP/s, a line of JSON each; every result is compared with sums in double. CHROMIUM= names another Chromium.")
public final class LadderBenchmark implements Callable<Integer> {
    private static final int MOST_TIMES = 500;

    @Mixin
    private final BrowserOptions options = new BrowserOptions();

    @Option(names = "--shape", description = "layout and m x k x n, multiples of 64 (default: ${DEFAULT-VALUE})")
    private String shape = "AB 512x512x512";

    public static void main(String[] args) {
        System.exit(new CommandLine(new LadderBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    /** @param failed why it could not be measured */
    private record RungLine(
            String benchmark,
            String what,
            String rung,
            String idea,
            String unit,
            @Nullable Measured rate,
            double error,
            String failed,
            AdapterSeen adapter,
            String chromium,
            String commit) {}

    @Override
    public Integer call() {
        return BrowserOptions.report(this::run);
    }

    private boolean run() {
        options.check();
        Product product = options.quick ? Product.parse("AB 256x256x256") : Product.parse(shape);
        try (var setting = new Setting(options.adapter)) {
            List<Rung> rungs = setting.rungs().stream()
                    .map(each -> new Rung(each, setting, product))
                    .toList();
            for (int round = 0; round < options.rounds; round++) for (Rung rung : rungs) rung.measure();
            rungs.forEach(rung -> Line.print(rung.line(setting)));
            return rungs.stream().anyMatch(rung -> rung.failed.isEmpty());
        }
    }

    private final class Rung {
        private final Setting.RungName name;
        private final Product product;
        private final List<Double> rates = new ArrayList<>();
        private @Nullable Rival rival;
        private int times;
        private double error;
        private String failed = "";

        Rung(Setting.RungName name, Setting setting, Product product) {
            this.name = name;
            this.product = product;
            try {
                var opened = setting.rung(name);
                error = Measured.rounded(opened.prepare(product));
                if (!product.allows(error)) throw new PlaywrightException("its product is wrong by " + error);
                times = options.times(opened.run(1), MOST_TIMES);
                rival = opened;
            } catch (PlaywrightException e) {
                failed = Setting.firstLine(e);
            }
        }

        void measure() {
            if (rival != null) rates.add(product.gigaflop() * times / (rival.run(times) / 1000));
        }

        RungLine line(Setting setting) {
            double[] rounds = rates.stream().mapToDouble(Double::doubleValue).toArray();
            return new RungLine(
                    "ladder",
                    "gemm " + product,
                    name.name(),
                    name.idea(),
                    "GFLOP/s",
                    rounds.length == 0 ? null : Measured.of(name.name(), rounds),
                    error,
                    failed,
                    setting.adapter(),
                    setting.chromiumVersion(),
                    Line.sourceCommit());
        }
    }
}
