package org.decentralizedai.server.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The runs of one arm, that differ by their seed only. @param spread standard deviation of the losses, 0 of a single run */
record Arm(String name, int seeds, double loss, double spread, int rounds, Report first) {

    /** In the order in which they appear. */
    static List<Arm> of(List<Report> reports) {
        Map<String, List<Report>> runs = new LinkedHashMap<>();
        for (Report report : reports)
            runs.computeIfAbsent(report.arm(), _ -> new ArrayList<>()).add(report);
        return runs.values().stream().map(Arm::mean).toList();
    }

    private static Arm mean(List<Report> runs) {
        DoubleSummaryStatistics losses = runs.stream().mapToDouble(Report::loss).summaryStatistics();
        double squares = runs.stream()
                .mapToDouble(run -> Math.pow(run.loss() - losses.getAverage(), 2))
                .sum();
        double spread = runs.size() == 1 ? 0 : Math.sqrt(squares / (runs.size() - 1));
        var first = runs.getFirst();
        return new Arm(first.arm(), runs.size(), losses.getAverage(), spread, first.rounds(), first);
    }

    /** The best synchronous arm, what the others are compared with. */
    static @Nullable Arm baseline(List<Arm> arms) {
        return arms.stream()
                .filter(arm -> arm.first().synchronous())
                .min(Comparator.comparingDouble(Arm::loss))
                .orElse(null);
    }

    /** Relative excess over the baseline's loss. */
    double gap(Arm baseline) {
        return loss / baseline.loss() - 1;
    }
}
