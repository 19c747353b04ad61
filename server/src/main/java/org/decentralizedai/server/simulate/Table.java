package org.decentralizedai.server.simulate;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The arms as a Markdown table, for people. */
final class Table {
    private Table() {}

    static String of(List<Arm> arms) {
        var baseline = Arm.baseline(arms);
        var table = new StringBuilder("| arm | loss, nats | ± | gap | rounds | bytes / token | × below f32 | busy |\n"
                + "|---|---|---|---|---|---|---|---|\n");
        for (Arm arm : arms) {
            var run = arm.first();
            table.append("| `%s` | %.4f | %s | %s | %d | %s | %s | %s |\n"
                    .formatted(
                            arm.name(),
                            arm.loss(),
                            arm.seeds() == 1 ? "-" : "%.4f".formatted(arm.spread()),
                            baseline == null ? "-" : "%+.1f %%".formatted(100 * arm.gap(baseline)),
                            arm.rounds(),
                            number("%.3f", run.bytesPerToken(), 1),
                            number("%.1f", run.compression(), 1),
                            number("%.0f %%", run.utilisation(), 100)));
        }
        return table.toString();
    }

    private static String number(String format, @Nullable Double value, double factor) {
        return value == null ? "-" : String.format(Locale.ROOT, format, factor * value);
    }
}
