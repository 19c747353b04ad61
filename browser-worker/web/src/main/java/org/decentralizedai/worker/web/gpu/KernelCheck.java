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

    private static final double HALF_TOLERANCE = 2e-3;

    private KernelCheck() {}

    /** Runs every expectation, in order, with the kernels as they are. Waits. */
    public static List<Result> run(Kernels kernels) {
        return KernelExpectations.all().stream()
                .map(expectation -> result(kernels, expectation, ""))
                .toList();
    }

    /** Runs every expectation, and again those of each operation by every other kernel that the device can run. Waits. */
    public static List<Result> runEveryKernel(GpuKernels kernels) {
        var results = new ArrayList<>(run(kernels));
        for (RowOperation operation : RowOperation.values())
            for (RowForm form : RowForm.values())
                if (kernels.variants().form(operation) != form && kernels.can(operation, form))
                    results.addAll(run(kernels, operation, form));
        results.addAll(products(kernels));
        return results;
    }

    /** Runs the matrix products with every kernel that the device has; the kernels are as they were afterwards. Waits. */
    private static List<Result> products(GpuKernels kernels) {
        var results = new ArrayList<Result>();
        for (ProductKernel kernel : kernels.productKernels()) {
            kernels.products().prefer(kernel);
            for (Expectation expectation : KernelExpectations.products()) {
                double error = expectation.error(kernels, SEED);
                boolean met = kernel.exact() ? expectation.met(error) : error <= HALF_TOLERANCE;
                results.add(new Result(expectation.name() + " by " + kernel.name(), error, met));
            }
        }
        kernels.products().prefer(null);
        return results;
    }

    /** Runs the expectations of one operation in one form; the kernels are as they were afterwards. Waits. */
    public static List<Result> run(GpuKernels kernels, RowOperation operation, RowForm form) {
        Variants before = kernels.variants();
        kernels.choose(before.with(operation, form));
        List<Result> results = KernelExpectations.all().stream()
                .filter(expectation -> expectation.operation().equals(operation.expectations()))
                .map(expectation -> result(kernels, expectation, " by " + form))
                .toList();
        kernels.choose(before);
        return results;
    }

    private static Result result(Kernels kernels, Expectation expectation, String form) {
        double error = expectation.error(kernels, SEED);
        return new Result(expectation.name() + form, error, expectation.met(error));
    }
}
