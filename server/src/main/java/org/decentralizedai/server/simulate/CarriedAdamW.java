package org.decentralizedai.server.simulate;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.jspecify.annotations.Nullable;

/**
 * AdamW whose moments and count of steps go on from a worker's task to its next. Steps are counted over all of a worker's tasks,
 * and so is the warm-up: whoever has made those steps does not rise again.
 */
final class CarriedAdamW implements InnerLoop {
    private final Kernels kernels;
    private final LocalTraining training;

    CarriedAdamW(Kernels kernels, LocalTraining training) {
        this.kernels = kernels;
        this.training = training;
    }

    @Override
    public Computed run(LocalSteps steps, TaskWindows windows, @Nullable Moments kept) {
        training.restart();
        var memory = training.memory();
        int done = kept == null ? 0 : kept.steps();
        if (kept != null) {
            memory.moment1().upload(kernels, kept.first(), 0);
            memory.moment2().upload(kernels, kept.second(), 0);
        }
        InnerStep adamW = training::step;
        var result = adamW.task(training, steps, done, windows);
        var moments = new Moments(
                HeldOutLoss.bytes(memory.moment1().read(kernels)),
                HeldOutLoss.bytes(memory.moment2().read(kernels)),
                done + steps.steps());
        return new Computed(result, moments);
    }
}
