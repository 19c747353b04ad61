package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bin/bench decode}: prints a line of JSON for generating, one for reading prompts and one for what choosing kernels brings. */
@Command(
        name = "bench decode",
        mixinStandardHelpOptions = true,
        description =
                "Generating text token by token by our browser worker (with its cache of keys and values), by @genai-fi/nanogpt's"
                        + " Generator (with its own) and by a GPT in plain TensorFlow.js (the whole forward for each token), all on WebGPU in"
                        + " the same Chromium, in turn within one run, in tokens per second, a line of JSON each; then reading the prompt; then"
                        + " ours by the kernels chosen for a row beside the standard ones. Each token is read back, as the next needs it."
                        + " Ours must be the likeliest by the JVM's whole forward, the peers' are counted. 'ratio' is ours / best peer:"
                        + " greater than 1 is faster. CHROMIUM= names another Chromium.")
public final class DecodeBenchmark implements Callable<Integer> {
    private static final Map<String, String> PEERS = new LinkedHashMap<>();
    private static final int MOST_TEXTS = 200;
    /** {@link JvmGeneration#shortfall} that two as likely tokens may show in f32. */
    private static final double AGREE = 1e-4;

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

    @Option(names = "--vocabulary", description = "at least 13 (default: ${DEFAULT-VALUE})")
    private int vocabulary = 65;

    @Option(names = "--prompt", description = "tokens that are read first (default: ${DEFAULT-VALUE})")
    private int prompt = 16;

    @Option(
            names = "--tokens",
            description =
                    "generated after the first, which the prompt gives; the context is both (default: ${DEFAULT-VALUE})")
    private int tokens = 48;

    @Option(names = "--peers", description = "which of tfjs, nanogpt; or none (default: ${DEFAULT-VALUE})")
    private String peers = "tfjs,nanogpt";

    public static void main(String[] args) {
        System.exit(new CommandLine(new DecodeBenchmark())
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
        if (prompt < 1 || tokens < 1)
            throw new IllegalArgumentException("--prompt and --tokens must be >= 1: " + prompt + ", " + tokens);
        if (options.quick) {
            layers = 2;
            width = 64;
            heads = 2;
            prompt = 8;
            tokens = 8;
        }
        var model = new Training(layers, width, heads, prompt + tokens, 1, vocabulary);
        List<String> modules = options.modules(peers, PEERS);
        try (var setting = new Setting(options.adapter)) {
            var jvm = new JvmGeneration(model.model());
            setting.files().add("/weights", jvm.weights());
            var wanted = new HashMap<>(model.toPage());
            wanted.put("rotary", true);
            List<Rival> rivals = setting.rivals(modules, wanted);
            wanted.put("standard", true);
            var contest = new Contest(
                    model, jvm, rivals, setting.rivals(List.of(), wanted).getFirst());
            contest.run();
            contest.lines(setting).forEach(Line::print);
            return contest.failed.isEmpty() && rivals.size() == 1 + modules.size();
        }
    }

    private final class Contest {
        /** @param texts that fill a round */
        private record Ready(Rival rival, int texts) {}

        private final Training model;
        private final JvmGeneration jvm;
        private final List<Rival> rivals;
        private final Rival standard;
        private final int[] ids;
        private final Map<String, Double> errors = new LinkedHashMap<>();
        private final Map<String, String> failed = new LinkedHashMap<>();
        private final Rates decoding = new Rates(options.rounds),
                reading = new Rates(options.rounds),
                choosing = new Rates(options.rounds);

        Contest(Training model, JvmGeneration jvm, List<Rival> rivals, Rival standard) {
            this.model = model;
            this.jvm = jvm;
            this.rivals = new ArrayList<>(rivals);
            this.rivals.add(standard);
            this.standard = standard;
            ids = Arrays.copyOf(model.ids(), prompt);
        }

        void run() {
            var ready = new ArrayList<Ready>();
            for (Rival rival : rivals) guarded(rival, () -> ready.add(warmedUp(rival)));
            for (int i = 0; i < options.rounds; i++) {
                int round = i;
                for (Ready each : ready) guarded(each.rival, () -> measure(each, round));
            }
        }

        /** The first text compiles. */
        private Ready warmedUp(Rival rival) {
            rival.generate(ids, tokens, 1);
            Rival.Text text = rival.generate(ids, tokens, 1);
            return new Ready(rival, options.times(text.prefillMillis() + text.millis(), MOST_TEXTS));
        }

        private void measure(Ready each, int round) {
            Rival rival = each.rival;
            Rival.Text text = rival.generate(ids, tokens, each.texts);
            check(rival, text.tokens());
            double rate = 1000.0 * tokens * each.texts / text.millis();
            if (rival == rivals.getFirst() || rival == standard) choosing.put(rival.name(), round, rate);
            if (rival == standard) return;
            decoding.put(rival.name(), round, rate);
            reading.put(rival.name(), round, 1000.0 * prompt * each.texts / text.prefillMillis());
        }

        private void check(Rival rival, int[] generated) {
            boolean inVocabulary = Arrays.stream(generated).allMatch(id -> id >= 0 && id < vocabulary);
            if (generated.length != 1 + tokens || !inVocabulary)
                throw new PlaywrightException("it did not generate " + (1 + tokens) + " tokens of the vocabulary");
            if (rival != rivals.getFirst() && rival != standard) return;
            double shortfall = jvm.shortfall(ids, generated);
            errors.merge(rival.name(), Measured.rounded(shortfall), Math::max);
            if (!(shortfall < AGREE)) throw new PlaywrightException("its tokens are not the likeliest: " + shortfall);
        }

        /** One that fails is not measured any more and does not stop the others. */
        private void guarded(Rival rival, Runnable work) {
            if (failed.containsKey(rival.name())) return;
            try {
                work.run();
            } catch (PlaywrightException e) {
                failed.put(rival.name(), Setting.firstLine(e));
                for (Rates rates : List.of(decoding, reading, choosing)) rates.remove(rival.name());
            }
        }

        List<Line> lines(Setting setting) {
            String what = layers + " layers, width " + width + ", " + heads + " heads, vocabulary " + vocabulary;
            String chosen = rivals.getFirst().kernel();
            return List.of(
                    line(tokens + " tokens after " + prompt + ", " + what, chosen, decoding, setting),
                    line("a prompt of " + prompt + ", " + what, "", reading, setting),
                    line("kernels chosen for a row, " + what, chosen, choosing, setting));
        }

        private Line line(String what, String kernel, Rates rates, Setting setting) {
            return Line.of("decode", what, "tokens/s", kernel, rates, errors, failed, setting);
        }
    }
}
