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

    /** Runs every expectation, in order, with the kernels that are used without measuring. Waits. */
    public static List<Result> run(Kernels kernels) {
        var results = new ArrayList<Result>();
        for (Expectation expectation : KernelExpectations.all()) {
            double error = expectation.error(kernels, SEED);
            results.add(new Result(expectation.name(), error, expectation.met(error)));
        }
        return results;
    }

    /** Then also the matrix products with every other kernel that the device has. Waits. */
    public static List<Result> runAll(GpuKernels kernels) {
        var results = new ArrayList<>(run(kernels));
        for (ProductKernel kernel : kernels.productKernels()) {
            kernels.products().prefer(kernel);
            for (Expectation expectation : KernelExpectations.products()) {
                double error = expectation.error(kernels, SEED);
                boolean met = kernel.exact() ? expectation.met(error) : error <= HALF_TOLERANCE;
                results.add(new Result(expectation.name() + " by " + kernel.name(), error, met));
            }
        }
        kernels.products().forget();
        return results;
    }
}
