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
import org.jspecify.annotations.Nullable;
import org.teavm.jso.browser.Performance;

/**
 * Finds the fastest kernel for a matrix product. One that took more than twice the time of the best is not tried on further
 * shapes of its layout.
 */
final class ProductTuner {
    private static final double HOPELESS = 2;

    private final GpuKernels kernels;
    private final Timing timing;
    private final Set<KernelSpec> hopeless = new HashSet<>();

    private record Timed(ProductKernel kernel, double millis) {}

    ProductTuner(GpuKernels kernels) {
        this.kernels = kernels;
        timing = new Timing(kernels);
    }

    /** Leaves it in use. Waits. */
    KernelChoice fastest(ProductShape shape, double deadline) {
        Timed standard, best;
        try (var trial = new Trial(shape)) {
            standard = trial.time(ProductKernels.standard(shape));
            var timed = new ArrayList<Timed>(List.of(standard));
            for (ProductKernel kernel : kernels.productKernels()) {
                if (kernel.equals(standard.kernel()) || !worthTrying(kernel, shape)) continue;
                if (Performance.now() >= deadline) break;
                if (trial.computesRightly(kernel)) timed.add(trial.time(kernel));
                else hopeless.add(kernel.spec(shape.layout()));
            }
            best = Collections.min(timed, Comparator.comparingDouble(Timed::millis));
            for (Timed other : timed)
                if (other.millis() > HOPELESS * best.millis())
                    hopeless.add(other.kernel().spec(shape.layout()));
        }
        kernels.products().choose(shape, best.kernel());
        return new KernelChoice(shape.toString(), best.kernel().name(), best.millis(), standard.millis());
    }

    /** Puts a kernel into use that was the fastest on an earlier visit, or the standard one where that computes wrongly. Waits. */
    boolean use(ProductShape shape, String name) {
        ProductKernel standard = ProductKernels.standard(shape), kernel = kernel(shape, name);
        if (kernel != null && (kernel.equals(standard) || computesRightly(shape, kernel))) {
            kernels.products().choose(shape, kernel);
            return true;
        }
        kernels.products().choose(shape, standard);
        return false;
    }

    private boolean computesRightly(ProductShape shape, ProductKernel kernel) {
        try (var trial = new Trial(shape)) {
            return trial.computesRightly(kernel);
        }
    }

    private @Nullable ProductKernel kernel(ProductShape shape, String name) {
        for (ProductKernel kernel : kernels.productKernels())
            if (kernel.name().equals(name) && kernel.exact() && kernel.takes(shape)) return kernel;
        return null;
    }

    private boolean worthTrying(ProductKernel kernel, ProductShape shape) {
        return kernel.exact() && kernel.takes(shape) && !hopeless.contains(kernel.spec(shape.layout()));
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
                multiply();
                return sample.agrees(kernels.read(c));
            } catch (KernelException _) { // does not compile here
                return false;
            }
        }

        Timed time(ProductKernel kernel) {
            kernels.products().choose(shape, kernel);
            return new Timed(kernel, timing.millis(this::multiply, c));
        }

        private void multiply() {
            kernels.matmul(shape.layout(), c, a, b, false);
        }

        @Override
        public void close() {
            kernels.free(c);
            kernels.free(a);
            kernels.free(b);
        }
    }
}
