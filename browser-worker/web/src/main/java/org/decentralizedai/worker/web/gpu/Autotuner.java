package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.model.ModelProducts;
import org.decentralizedai.worker.KernelChoice;
import org.decentralizedai.worker.TaskShape;

/**
 * Finds the fastest kernels for a model by trying all of them on the device, first for its matrix products, then for what works
 * by rows. A kernel with a wrong result is out.
 */
public final class Autotuner {
    private final ProductTuner products;
    private final GpuKernels kernels;

    public Autotuner(GpuKernels kernels) {
        this.kernels = kernels;
        products = new ProductTuner(kernels);
    }

    /**
     * Measures, and leaves the fastest in use. Waits.
     *
     * @param budgetMillis after which nothing more is tried: what is not reached keeps the standard kernel
     */
    public List<KernelChoice> tune(TaskShape task, double budgetMillis) {
        double deadline = Gpu.milliseconds() + budgetMillis;
        var choices = new ArrayList<KernelChoice>();
        for (ProductShape shape : costliestFirst(task)) {
            if (Gpu.milliseconds() >= deadline) break;
            choices.add(products.fastest(shape, deadline));
        }
        try (var rows = new RowTuner(kernels, task)) {
            for (RowOperation operation : RowTuner.TUNED) {
                if (Gpu.milliseconds() >= deadline) break;
                choices.add(rows.fastest(operation, deadline));
            }
        }
        return choices;
    }

    /** The same for one product. */
    public KernelChoice tune(ProductShape shape, double budgetMillis) {
        return products.fastest(shape, Gpu.milliseconds() + budgetMillis);
    }

    /** Takes over what was measured on an earlier visit. What is no more is left out. */
    public void use(TaskShape task, List<KernelChoice> choices) {
        for (KernelChoice choice : choices) {
            for (ProductShape shape : costliestFirst(task))
                if (choice.operation().equals(shape.toString())) products.use(shape, choice.kernel());
            for (RowOperation operation : RowTuner.TUNED)
                if (choice.operation().equals(operation.expectations())) use(operation, choice.kernel());
        }
    }

    private void use(RowOperation operation, String name) {
        for (RowForm form : RowForm.values())
            if (form.name().equals(name) && kernels.can(operation, form))
                kernels.choose(kernels.variants().with(operation, form));
    }

    private static List<ProductShape> costliestFirst(TaskShape task) {
        return ModelProducts.of(task.model(), task.rows()).entrySet().stream()
                .sorted((x, y) -> Double.compare(flops(y), flops(x)))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static double flops(Map.Entry<ProductShape, Integer> product) {
        return product.getValue() * product.getKey().flops();
    }
}
