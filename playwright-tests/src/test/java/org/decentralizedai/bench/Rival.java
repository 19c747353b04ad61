package org.decentralizedai.bench;

import static java.util.Objects.requireNonNull;

import com.microsoft.playwright.Page;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of those who are measured: a module of {@code peers/pages} in a page of its own. Its page times the work. */
final class Rival {
    private static final String LOAD =
            "async ([url, argument]) => { globalThis.rival = (await import(url)).rival; return rival.open(argument); }";
    private static final String CALL = "([method, argument]) => rival[method](argument)";

    private final Page page;
    private final String name;

    /**
     * Loads the module and lets it start.
     *
     * @param config of the model to train, null where products are measured
     * @throws com.microsoft.playwright.PlaywrightException in the module's words, as do all methods
     */
    Rival(Page page, String module, @Nullable Object config) {
        this.page = page;
        name = (String) requireNonNull(page.evaluate(LOAD, Arrays.asList("/peers/" + module + ".js", config)));
    }

    String name() {
        return name;
    }

    /** Compiles and uploads; greatest absolute error that was seen in the product. */
    double prepare(Product product) {
        return number(call("prepare", product.toPage()));
    }

    /** By which it multiplies the prepared product; empty where it does not tell. */
    String kernel() {
        return (String) requireNonNull(page.evaluate("rival.kernel ?? ''"));
    }

    /** Milliseconds of computing the prepared product so many times. */
    double run(int times) {
        return number(call("run", times));
    }

    /** @param losses of all steps since the measurement began; a rival may do a step before it is timed */
    record Steps(double millis, double[] losses) {}

    /** So many training steps on the same tokens. */
    @SuppressWarnings("unchecked")
    Steps steps(int count) {
        var answer = (Map<String, Object>) call("steps", count);
        double[] losses = ((List<Object>) requireNonNull(answer.get("losses")))
                .stream().mapToDouble(Rival::number).toArray();
        return new Steps(number(requireNonNull(answer.get("millis"))), losses);
    }

    /**
     * @param prefillMillis of reading the prompts, until the first token of each
     * @param millis of all further tokens
     * @param tokens of the last text
     */
    record Text(double prefillMillis, double millis, int[] tokens) {}

    /** So many texts: reads the prompt, then generates {@code 1 + count} tokens. */
    @SuppressWarnings("unchecked")
    Text generate(int[] prompt, int count, int times) {
        var answer = (Map<String, Object>) call(
                "generate", Map.of("prompt", Arrays.stream(prompt).boxed().toList(), "count", count, "times", times));
        int[] tokens = ((List<Object>) requireNonNull(answer.get("tokens")))
                .stream().mapToInt(token -> ((Number) token).intValue()).toArray();
        return new Text(
                number(requireNonNull(answer.get("prefillMillis"))),
                number(requireNonNull(answer.get("millis"))),
                tokens);
    }

    private Object call(String method, Object argument) {
        return requireNonNull(page.evaluate(CALL, List.of(method, argument)));
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }
}
