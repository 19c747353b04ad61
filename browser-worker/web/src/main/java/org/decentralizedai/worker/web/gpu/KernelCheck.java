package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Expectation;
import org.decentralizedai.kernels.KernelExpectations;
import org.decentralizedai.kernels.Kernels;

/** Whether a device computes what it should. Some drivers do not, and their updates would only be refused later. */
public final class KernelCheck {
    private static final long SEED = 1;

    /** One case: its name, the relative L2 error that was seen and whether that is small enough. */
    public record Result(String name, double error, boolean met) {}

    private KernelCheck() {}

    /** Runs every expectation, in order, with the kernels as they are. Waits. */
    public static List<Result> run(Kernels kernels) {
        return KernelExpectations.all().stream()
                .map(expectation -> result(kernels, expectation, ""))
                .toList();
    }

    /** Runs every expectation, and again those of each operation in every other form that the device can run. Waits. */
    public static List<Result> runEveryForm(GpuKernels kernels) {
        Variants before = kernels.variants();
        try {
            kernels.choose(Variants.PLAIN);
            var results = new ArrayList<>(run(kernels));
            for (RowOperation operation : RowOperation.values())
                for (RowForm form : RowForm.values())
                    if (form != RowForm.INVOCATION && kernels.can(operation, form)) {
                        kernels.choose(Variants.PLAIN.with(operation, form));
                        for (Expectation expectation : KernelExpectations.all())
                            if (expectation.operation().equals(operation.expectations()))
                                results.add(result(kernels, expectation, " by " + form));
                    }
            return results;
        } finally {
            kernels.choose(before);
        }
    }

    private static Result result(Kernels kernels, Expectation expectation, String form) {
        double error = expectation.error(kernels, SEED);
        return new Result(expectation.name() + form, error, expectation.met(error));
    }
}
