package org.decentralizedai.server.train;

import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.jspecify.annotations.Nullable;

/** What a task of the running round takes of a device that can keep all activations, computed once a round. Thread-safe. */
final class TaskMemory {
    private @Nullable RoundPlan of;
    private @Nullable MemoryPlan known;

    synchronized MemoryPlan of(RoundPlan plan) {
        var memory = known;
        if (memory == null || plan != of)
            memory = MemoryPlan.keeping(TaskShape.of(plan.model(), plan.recipe().steps()));
        of = plan;
        known = memory;
        return memory;
    }
}
