package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which form of each operation a device runs.
 *
 * @param forms those that are not {@link RowForm#INVOCATION}
 */
public record Variants(Map<RowOperation, RowForm> forms) {
    /** One invocation a row everywhere: what CPU adapters want, and every device can. */
    public static final Variants PLAIN = new Variants(Map.of());

    public Variants {
        forms = Map.copyOf(forms);
        forms.forEach((operation, form) -> {
            if (!operation.has(form)) throw new IllegalArgumentException(operation + " has no form " + form);
        });
    }

    public Variants with(RowOperation operation, RowForm form) {
        var all = new HashMap<>(forms);
        all.put(operation, form);
        return new Variants(all);
    }

    public RowForm form(RowOperation operation) {
        return forms.getOrDefault(operation, RowForm.INVOCATION);
    }

    List<KernelSpec> specs() {
        var all = new ArrayList<KernelSpec>();
        for (RowOperation operation : RowOperation.values()) all.addAll(operation.specs(form(operation)));
        return all;
    }
}
