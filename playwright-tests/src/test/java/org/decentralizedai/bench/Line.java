package org.decentralizedai.bench;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One line of output: ours and the peers in one case, measured in the same run.
 *
 * @param kernel by which our device has chosen to multiply; empty for whole steps
 * @param errors greatest absolute error of each product that was seen; of our step, relative to the JVM's loss
 * @param failed who could not be measured, and why
 * @param ratio ours / best peer of each round, greater is better; null without peers
 */
record Line(
        String benchmark,
        String what,
        String unit,
        String kernel,
        @Nullable Measured ours,
        List<Measured> peers,
        @Nullable Measured ratio,
        Map<String, Double> errors,
        Map<String, String> failed,
        AdapterSeen adapter,
        String chromium,
        String commit) {
    private static final JsonMapper JSON = new JsonMapper();

    static Line of(
            String benchmark,
            String what,
            String unit,
            String kernel,
            Rates rates,
            Map<String, Double> errors,
            Map<String, String> failed,
            Setting setting) {
        List<Measured> all = rates.measured();
        boolean oursToo = !all.isEmpty() && all.getFirst().name().equals("ours");
        return new Line(
                benchmark,
                what,
                unit,
                kernel,
                oursToo ? all.getFirst() : null,
                oursToo ? all.subList(1, all.size()) : all,
                oursToo ? rates.ratio() : null,
                errors,
                failed,
                setting.adapter(),
                setting.chromiumVersion(),
                sourceCommit());
    }

    /** Of the sources, as {@code bin/bench} found it; empty outside a repository. */
    static String sourceCommit() {
        return System.getenv().getOrDefault("COMMIT", "");
    }

    static void print(Object line) {
        System.out.println(JSON.writeValueAsString(line));
    }
}
