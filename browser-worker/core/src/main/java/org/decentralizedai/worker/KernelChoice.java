package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel a device multiplies a shape with, since it was the fastest there.
 *
 * @param gigaflops billions of floating-point operations a second that it reached
 * @param standardGigaflops what the kernel reached that is used without measuring
 */
public record KernelChoice(ProductShape shape, String kernel, double gigaflops, double standardGigaflops) {
    private static final int WORDS = 7;

    /** A line each, as a device keeps them. */
    public static String text(List<KernelChoice> choices) {
        var text = new StringBuilder();
        for (KernelChoice choice : choices) text.append(choice.line()).append('\n');
        return text.toString();
    }

    /** What {@link #text} wrote; lines that another version wrote otherwise are left out. */
    public static List<KernelChoice> parse(String text) {
        var choices = new ArrayList<KernelChoice>();
        for (String line : text.split("\n")) {
            KernelChoice choice = of(line.split(" "));
            if (choice != null) choices.add(choice);
        }
        return List.copyOf(choices);
    }

    private String line() {
        return String.join(
                " ",
                shape.layout().name(),
                String.valueOf(shape.m()),
                String.valueOf(shape.n()),
                String.valueOf(shape.k()),
                kernel,
                String.valueOf(gigaflops),
                String.valueOf(standardGigaflops));
    }

    private static @Nullable KernelChoice of(String[] words) {
        if (words.length != WORDS) return null;
        try {
            var shape = new ProductShape(
                    MatmulLayout.valueOf(words[0]),
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3]));
            return new KernelChoice(shape, words[4], Double.parseDouble(words[5]), Double.parseDouble(words[6]));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
