package org.decentralizedai.server.simulate;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.worker.LocalTraining;

/** What workers step with. */
enum Inner {
    /** As every worker does: from zero moments in each task. */
    ADAMW {
        @Override
        InnerLoop loop(Kernels kernels, LocalTraining training) {
            return (steps, windows, _) -> new Computed(training.run(steps, windows), null);
        }
    },
    /** {@link CarriedAdamW}. */
    ADAMW_CARRIED {
        @Override
        InnerLoop loop(Kernels kernels, LocalTraining training) {
            return new CarriedAdamW(kernels, training);
        }
    },
    /** {@link Muon}, from zero momentum in each task. */
    MUON {
        @Override
        InnerLoop loop(Kernels kernels, LocalTraining training) {
            var muon = new Muon(kernels, training);
            return (steps, windows, _) -> {
                training.restart();
                return new Computed(muon.task(training, steps, 0, windows), null);
            };
        }

        @Override
        InnerStep endless(Kernels kernels, LocalTraining training) {
            return new Muon(kernels, training);
        }

        @Override
        double reach(ParameterLayout layout) {
            return Math.max(1, Muon.greatestStep(layout));
        }
    };

    /** Of tasks, on a training that belongs to the loop from now on. */
    abstract InnerLoop loop(Kernels kernels, LocalTraining training);

    /** Of a training without tasks, whose state nobody resets. */
    InnerStep endless(Kernels kernels, LocalTraining training) {
        return training::step;
    }

    /**
     * How many times farther a step can take a parameter than AdamW's bound in the recipe says. That bound is over all histories
     * of gradients from zero moments, so that carried moments are within it.
     */
    double reach(ParameterLayout layout) {
        return 1;
    }
}
