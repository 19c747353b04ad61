package org.decentralizedai.server.simulate;

import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.TaskWindows;
import org.jspecify.annotations.Nullable;

/** How a task is computed, on a training that holds its checkpoint. A pure function. Used by one thread. */
@FunctionalInterface
interface InnerLoop {

    /** @param kept what the worker has from its last task; null when it has nothing */
    Computed run(LocalSteps steps, TaskWindows windows, @Nullable Moments kept);

    /** What a task comes to. @param kept what its worker has for its next one; null for nothing */
    record Computed(LocalResult result, @Nullable Moments kept) {}
}
