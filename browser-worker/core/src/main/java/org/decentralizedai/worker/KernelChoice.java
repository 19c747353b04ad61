package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel a device uses for an operation, since it was the fastest there.
 *
 * @param operation a matrix product with its sizes, or what works by rows
 * @param millis that it took
 * @param standardMillis of the kernel that is used without measuring
 */
public record KernelChoice(String operation, String kernel, double millis, double standardMillis) {
    private static final String SEPARATOR = "\t";
    private static final int FIELDS = 4;

    /** A line each, as a device keeps them. */
    public static String text(List<KernelChoice> choices) {
        var text = new StringBuilder();
        for (KernelChoice choice : choices) text.append(choice.line()).append('\n');
        return text.toString();
    }

    /** What {@link #text} wrote; lines that another version wrote otherwise are left out. */
    public static List<KernelChoice> parse(String text) {
        var choices = new ArrayList<KernelChoice>();
        var lines = new StringTokenizer(
                text, "\n"); // unlike String.split without a regular expression: worker.js stays small
        while (lines.hasMoreTokens()) {
            KernelChoice choice = of(new StringTokenizer(lines.nextToken(), SEPARATOR));
            if (choice != null) choices.add(choice);
        }
        return List.copyOf(choices);
    }

    private String line() {
        return String.join(SEPARATOR, operation, kernel, String.valueOf(millis), String.valueOf(standardMillis));
    }

    private static @Nullable KernelChoice of(StringTokenizer fields) {
        if (fields.countTokens() != FIELDS) return null;
        try {
            return new KernelChoice(
                    fields.nextToken(),
                    fields.nextToken(),
                    Double.parseDouble(fields.nextToken()),
                    Double.parseDouble(fields.nextToken()));
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
