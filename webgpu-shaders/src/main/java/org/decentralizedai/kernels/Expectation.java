package org.decentralizedai.kernels;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one operation must do on one set of shapes: the same as {@link ReferenceKernels}, from the same seeded inputs.
 *
 * @param tolerance greatest relative L2 error of any output
 * @param program allocates and fills its inputs, calls the operation, names its outputs
 */
public record Expectation(String name, double tolerance, Program program) {
    public Expectation {
        requireNonNull(name, "name is null");
        requireNonNull(program, "program is null");
        if (!(tolerance > 0)) throw new IllegalArgumentException("tolerance must be > 0: tolerance=" + tolerance);
    }

    /** One use of an operation. */
    public interface Program {
        void run(Kernels kernels, Bench bench);
    }

    /** Greatest relative L2 error over all outputs; NaN if the subject computed one. Waits for the subject. */
    public double error(Kernels subject, long seed) {
        List<float[]> actual = outputs(subject, seed);
        List<float[]> expected = outputs(new ReferenceKernels(), seed);
        double worst = 0;
        for (int i = 0; i < expected.size(); i++) {
            double error = RelativeError.l2(actual.get(i), expected.get(i));
            worst = Double.isNaN(error) ? error : Math.max(worst, error);
        }
        return worst;
    }

    /** The method of {@link Kernels} under test: the first word of the name. */
    public String operation() {
        int end = name.indexOf(' ');
        return end < 0 ? name : name.substring(0, end);
    }

    /** NaN compares as not met. */
    public boolean met(double error) {
        return error <= tolerance;
    }

    private List<float[]> outputs(Kernels kernels, long seed) {
        try (var bench = new Bench(kernels, seed)) {
            program.run(kernels, bench);
            return bench.read();
        }
    }
}
