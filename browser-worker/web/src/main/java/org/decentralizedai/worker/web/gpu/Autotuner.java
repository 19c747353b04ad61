package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.model.ModelProducts;
import org.decentralizedai.worker.KernelChoice;
import org.decentralizedai.worker.TaskShape;
import org.teavm.jso.browser.Performance;

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
        double deadline = Performance.now() + budgetMillis;
        kernels.choose(Variants.PLAIN); // what another model's rows have chosen was not checked on these
        var choices = new ArrayList<KernelChoice>();
        for (ProductShape shape : costliestFirst(task)) {
            if (Performance.now() >= deadline) break;
            choices.add(products.fastest(shape, deadline));
        }
        try (var rows = new RowTuner(kernels, task)) {
            for (RowOperation operation : RowTuner.TUNED) {
                if (Performance.now() >= deadline) break;
                choices.add(rows.fastest(operation, deadline));
            }
        }
        kernels.forgetReads();
        return choices;
    }

    /** The same for one product. */
    public KernelChoice tune(ProductShape shape, double budgetMillis) {
        return products.fastest(shape, Performance.now() + budgetMillis);
    }

    /**
     * Takes over what was measured on an earlier visit, after running each kernel once: drivers change. What computes wrongly, or is
     * no more, is measured again. Waits.
     *
     * @param checkMillis after which nothing more is run: what is not reached keeps the standard kernel
     * @param budgetMillis after which nothing is measured any more
     * @return what was reached
     */
    public List<KernelChoice> use(TaskShape task, List<KernelChoice> known, double checkMillis, double budgetMillis) {
        double end = Performance.now() + checkMillis, deadline = Performance.now() + budgetMillis;
        kernels.choose(Variants.PLAIN);
        var byOperation = new HashMap<String, KernelChoice>();
        for (KernelChoice choice : known) byOperation.put(choice.operation(), choice);
        var used = new ArrayList<KernelChoice>();
        for (ProductShape shape : costliestFirst(task)) {
            KernelChoice choice = byOperation.get(shape.toString());
            if (choice == null) continue;
            if (Performance.now() >= end) break;
            used.add(products.use(shape, choice.kernel()) ? choice : products.fastest(shape, deadline));
        }
        try (var rows = new RowTuner(kernels, task)) {
            for (RowOperation operation : RowTuner.TUNED) {
                KernelChoice choice = byOperation.get(operation.expectations());
                if (choice == null) continue;
                if (Performance.now() >= end) break;
                used.add(rows.use(operation, choice.kernel()) ? choice : rows.fastest(operation, deadline));
            }
        }
        kernels.forgetReads();
        return used;
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
