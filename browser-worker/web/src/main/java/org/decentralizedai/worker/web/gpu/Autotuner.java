package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.worker.KernelChoice;

/**
 * Finds the fastest kernel for each matrix product of a model by trying all of them on the device. A kernel with a wrong
 * result is out; one that took more than twice the time of the best is not tried on further shapes of its layout.
 */
public final class Autotuner {
    private static final double ENOUGH_MILLIS = 8;
    private static final int MOST_PRODUCTS = 256;
    private static final double HOPELESS = 2;

    private final GpuKernels kernels;
    private final Set<KernelSpec> hopeless = new HashSet<>();

    public Autotuner(GpuKernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Measures, and leaves the fastest in use. Waits.
     *
     * @param shapes the most important first: what is not reached within the budget keeps the standard kernel
     * @param budgetMillis after which nothing more is tried
     */
    public List<KernelChoice> tune(Iterable<ProductShape> shapes, double budgetMillis) {
        double deadline = Gpu.milliseconds() + budgetMillis;
        var choices = new ArrayList<KernelChoice>();
        for (ProductShape shape : shapes) {
            if (Gpu.milliseconds() >= deadline) break;
            choices.add(fastest(shape, deadline));
        }
        use(choices);
        return choices;
    }

    /** Takes over what was measured, maybe on an earlier visit. Kernels that are no more are left out. */
    public void use(List<KernelChoice> choices) {
        for (KernelChoice choice : choices)
            for (ProductKernel kernel : kernels.productKernels())
                if (kernel.name().equals(choice.kernel()) && kernel.takes(choice.shape()))
                    kernels.products().choose(choice.shape(), kernel);
    }

    private record Timed(ProductKernel kernel, double millis) {}

    private KernelChoice fastest(ProductShape shape, double deadline) {
        try (var trial = new Trial(shape)) {
            var standard = new Timed(ProductKernels.standard(shape), trial.millis(ProductKernels.standard(shape)));
            var timed = new ArrayList<Timed>(List.of(standard));
            for (ProductKernel kernel : kernels.productKernels()) {
                if (kernel.equals(standard.kernel()) || !worthTrying(kernel, shape)) continue;
                if (Gpu.milliseconds() >= deadline) break;
                if (trial.computesRightly(kernel)) timed.add(new Timed(kernel, trial.millis(kernel)));
                else hopeless.add(kernel.spec(shape.layout()));
            }
            Timed best = Collections.min(timed, Comparator.comparingDouble(Timed::millis));
            for (Timed other : timed)
                if (other.millis() > HOPELESS * best.millis())
                    hopeless.add(other.kernel().spec(shape.layout()));
            return new KernelChoice(
                    shape, best.kernel().name(), gigaflops(shape, best.millis()), gigaflops(shape, standard.millis()));
        }
    }

    private boolean worthTrying(ProductKernel kernel, ProductShape shape) {
        return kernel.exact() && kernel.takes(shape) && !hopeless.contains(kernel.spec(shape.layout()));
    }

    private static double gigaflops(ProductShape shape, double millis) {
        return shape.flops() / millis / 1e6;
    }

    /** One shape with operands on the device. */
    private final class Trial implements AutoCloseable {
        private final ProductShape shape;
        private final ProductSample sample;
        private final Tensor c, a, b;

        Trial(ProductShape shape) {
            this.shape = shape;
            sample = new ProductSample(shape);
            c = kernels.allocate(shape.c());
            a = kernels.allocate(shape.a());
            b = kernels.allocate(shape.b());
            kernels.upload(a, sample.a());
            kernels.upload(b, sample.b());
        }

        boolean computesRightly(ProductKernel kernel) {
            kernels.products().choose(shape, kernel);
            try {
                kernels.zero(c);
                kernels.matmul(shape.layout(), c, a, b, false);
                return sample.agrees(kernels.read(c));
            } catch (KernelException _) { // does not compile here
                return false;
            }
        }

        /** Of one product: the better of two runs, each long enough to be measured. */
        double millis(ProductKernel kernel) {
            kernels.products().choose(shape, kernel);
            multiply(1); // compiles
            int times = 1;
            double took = multiply(times);
            while (took < ENOUGH_MILLIS && times < MOST_PRODUCTS) {
                times = Math.min(MOST_PRODUCTS, (int) Math.max(2 * times, times * ENOUGH_MILLIS / Math.max(took, 0.5)));
                took = multiply(times);
            }
            return Math.min(took, multiply(times)) / times;
        }

        private double multiply(int times) {
            double start = Gpu.milliseconds();
            for (int i = 0; i < times; i++) kernels.matmul(shape.layout(), c, a, b, false);
            kernels.read(c.firstRows(1));
            return Gpu.milliseconds() - start;
        }

        @Override
        public void close() {
            kernels.free(c);
            kernels.free(a);
            kernels.free(b);
        }
    }
}
