package org.decentralizedai.server.calibrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.verify.Tolerance;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What many pairs come to: for each form a tolerance, and what it does to each kind of pair. */
record Calibration(Map<UpdateEncoding, Tolerance> tolerances, List<Line> lines) {
    /** Share of the honest pairs that may lie beyond half of the tolerance. */
    private static final double QUANTILE = 0.999;

    private static final double MARGIN = 2;

    /**
     * One kind of pair in one form.
     *
     * @param median of the relative distances, as the others
     * @param leastCosine of all its pairs
     * @param accepted share that the tolerance from this calibration accepts
     */
    record Line(
            UpdateEncoding encoding,
            String source,
            boolean honest,
            int pairs,
            double least,
            double median,
            double q999,
            double greatest,
            double leastCosine,
            double greatestCosine,
            double accepted) {}

    static Calibration of(List<Pair> pairs) {
        var tolerances = new TreeMap<UpdateEncoding, Tolerance>();
        var groups = new LinkedHashMap<List<Object>, List<Pair>>();
        var honest = new TreeMap<UpdateEncoding, List<Pair>>();
        for (Pair pair : pairs) {
            groups.computeIfAbsent(List.of(pair.encoding(), pair.honest(), pair.source()), _ -> new ArrayList<>())
                    .add(pair);
            if (pair.honest())
                honest.computeIfAbsent(pair.encoding(), _ -> new ArrayList<>()).add(pair);
        }
        honest.forEach((encoding, of) -> tolerances.put(encoding, tolerance(of)));
        var lines = groups.values().stream()
                .map(group -> line(group, tolerances.get(group.getFirst().encoding())))
                .sorted(Comparator.comparing(Line::encoding)
                        .thenComparing(line -> !line.honest())
                        .thenComparing(Line::median))
                .toList();
        return new Calibration(tolerances, lines);
    }

    /** 1 − cosine goes with the square of the relative distance, and so does its margin. */
    private static Tolerance tolerance(List<Pair> honest) {
        return new Tolerance(
                MARGIN * relative(honest).at(QUANTILE),
                1 - MARGIN * MARGIN * (1 - cosine(honest).at(1 - QUANTILE)));
    }

    private static Quantiles relative(List<Pair> pairs) {
        return new Quantiles(
                pairs.stream().map(pair -> pair.agreement().relative()).toList());
    }

    private static Quantiles cosine(List<Pair> pairs) {
        return new Quantiles(
                pairs.stream().map(pair -> pair.agreement().cosine()).toList());
    }

    private static Line line(List<Pair> group, @Nullable Tolerance calibrated) {
        var first = group.getFirst();
        var relative = relative(group);
        var cosine = cosine(group);
        return new Line(
                first.encoding(),
                first.source(),
                first.honest(),
                group.size(),
                relative.least(),
                relative.at(0.5),
                relative.at(QUANTILE),
                relative.greatest(),
                cosine.least(),
                cosine.greatest(),
                calibrated == null ? Double.NaN : accepted(group, calibrated));
    }

    private static double accepted(List<Pair> group, Tolerance tolerance) {
        return (double) group.stream()
                        .filter(pair -> tolerance.accepts(pair.agreement()))
                        .count()
                / group.size();
    }

    String table() {
        var table = new StringBuilder("| form | pair | pairs | least | median | 99.9 % | greatest | accepted |\n"
                + "|---|---|---|---|---|---|---|---|\n");
        for (Line line : lines)
            table.append("| %s | %s%s | %,d | %.2e | %.2e | %.2e | %.2e | %.4f |\n"
                    .formatted(
                            line.encoding(),
                            line.honest() ? "" : "cheat: ",
                            line.source(),
                            line.pairs(),
                            line.least(),
                            line.median(),
                            line.q999(),
                            line.greatest(),
                            line.accepted()));
        tolerances.forEach((encoding, tolerance) -> table.append("\n%s: relative <= %.4g, cosine >= %.6f"
                .formatted(encoding, tolerance.relative(), tolerance.cosine())));
        return table.toString();
    }

    /** A line of JSON for each form and kind of pair. */
    void write(Path file, String model, List<String> command) {
        var json = JsonMapper.builder().build();
        var text = new StringBuilder();
        for (Line line : lines) {
            var all = new LinkedHashMap<String, Object>();
            all.put("commit", System.getenv().getOrDefault("COMMIT", ""));
            all.put("command", "bin/calibrate " + String.join(" ", command));
            all.put("model", model);
            all.put("line", line);
            all.put("tolerance", tolerances.get(line.encoding()));
            text.append(json.writeValueAsString(all)).append('\n');
        }
        try {
            Files.writeString(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
