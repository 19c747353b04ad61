package org.decentralizedai.server.simulate;

import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;

/** A step of an optimiser over the memory of a {@link LocalTraining}, as {@link LocalTraining#step} is AdamW's. */
@FunctionalInterface
interface InnerStep {

    /**
     * @param step counts from 1 since the optimiser's state was zero
     * @param first window of this step
     * @return mean loss before the step, nats per token
     */
    double step(LocalSteps steps, int step, TaskWindows windows, int first);

    /** The steps of a task. @param done steps since the optimiser's state was zero */
    default LocalResult task(LocalTraining training, LocalSteps steps, int done, TaskWindows windows) {
        double first = 0, last = 0;
        for (int i = 0; i < steps.steps(); i++) {
            last = step(steps, done + i + 1, windows, i * steps.batch());
            if (i == 0) first = last;
        }
        return new LocalResult(training.update(), first, last);
    }
}
