package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench gemm}: prints a line of JSON for each product. */
@Command(
        name = "bench gemm",
        mixinStandardHelpOptions = true,
        description =
                "Matrix products in f32 of our browser worker, of TensorFlow.js and of ONNX Runtime Web, all on WebGPU in"
                        + " the same Chromium, in turn within one run, in GFLOP/s, a line of JSON each. Every result is compared with sums"
                        + " in double. 'ratio' is ours / best peer: greater than 1 is faster. CHROMIUM= names another Chromium.")
public final class GemmBenchmark implements Callable<Integer> {
    private static final Map<String, String> PEERS = new LinkedHashMap<>();
    private static final int MOST_TIMES = 500;

    static {
        PEERS.put("tfjs", "tfjs-product");
        PEERS.put("ort", "ort-product");
    }

    @Mixin
    private final BrowserOptions options = new BrowserOptions();

    @Option(
            names = "--shapes",
            description =
                    "layout and m x k x n of each, e.g. 'AB 256x256x256,ABT 768x128x352' (default: squares, the MLP"
                            + " of a 384 wide model, all kinds of products of a step of tiny, odd sizes)")
    private String shapes = "";

    @Option(names = "--peers", description = "which of tfjs, ort; or none (default: ${DEFAULT-VALUE})")
    private String peers = "tfjs,ort";

    public static void main(String[] args) {
        System.exit(new CommandLine(new GemmBenchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() {
        return BrowserOptions.report(this::run);
    }

    private boolean run() {
        options.check();
        List<Product> products = products();
        List<String> modules = options.modules(peers, PEERS);
        boolean complete = true;
        try (var setting = new Setting(options.adapter)) {
            List<Rival> rivals = setting.rivals(modules, null);
            for (Product product : products) {
                Line line = new Contest(product, rivals).line(setting);
                Line.print(line);
                complete &= line.failed().isEmpty();
            }
            return complete && rivals.size() == 1 + modules.size();
        }
    }

    private List<Product> products() {
        if (!shapes.isBlank())
            return Arrays.stream(shapes.split(",")).map(Product::parse).toList();
        return options.quick ? Product.quick() : Product.all();
    }

    /** All rivals at one product. */
    private final class Contest {
        private record Ready(Rival rival, int times) {}

        private final Product product;
        private final Map<String, Double> errors = new LinkedHashMap<>();
        private final Map<String, String> failed = new LinkedHashMap<>();
        private final Rates rates = new Rates(options.rounds);
        private String kernel = "";

        Contest(Product product, List<Rival> rivals) {
            this.product = product;
            var ready = new ArrayList<Ready>();
            for (Rival rival : rivals) guarded(rival, () -> ready.add(prepared(rival)));
            for (int i = 0; i < options.rounds; i++) {
                int round = i;
                for (Ready each : ready) guarded(each.rival, () -> measure(each, round));
            }
        }

        /** Compiles, checks, and finds how many products fill a round. */
        private Ready prepared(Rival rival) {
            double error = rival.prepare(product);
            errors.put(rival.name(), Measured.rounded(error));
            if (kernel.isEmpty()) kernel = rival.kernel(); // ours is the first, and the only one that tells
            if (!product.allows(error)) throw new PlaywrightException("its product is wrong by " + error);
            return new Ready(rival, options.times(rival.run(1), MOST_TIMES));
        }

        private void measure(Ready each, int round) {
            if (failed.containsKey(each.rival.name())) return;
            double seconds = each.rival.run(each.times) / 1000;
            rates.put(each.rival.name(), round, product.gigaflop() * each.times / seconds);
        }

        /** One that fails does not stop the others. */
        private void guarded(Rival rival, Runnable work) {
            try {
                work.run();
            } catch (PlaywrightException e) {
                failed.put(rival.name(), Setting.firstLine(e));
                rates.remove(rival.name());
            }
        }

        Line line(Setting setting) {
            return Line.of("gemm", "gemm " + product, "GFLOP/s", kernel, rates, errors, failed, setting);
        }
    }
}
