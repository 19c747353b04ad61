package org.decentralizedai.server.calibrate;

import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.LocalSteps;

/** What somebody may send who did not compute the task. */
enum Cheat {
    /** Some 90 % of the steps: one less of eight. */
    MOST_STEPS {
        @Override
        float[] update(Work work) {
            int steps = work.steps().steps();
            return work.update(with(
                    work.steps(), steps - Math.max(1, steps / 10), work.steps().batch()));
        }
    },
    HALF_THE_STEPS {
        @Override
        float[] update(Work work) {
            return work.update(halved(work.steps()));
        }
    },
    /** Twice the update of half the steps, so that its norm looks right. */
    HALF_THE_STEPS_DOUBLED {
        @Override
        float[] update(Work work) {
            float[] update = work.update(halved(work.steps()));
            for (int i = 0; i < update.length; i++) update[i] *= 2;
            return update;
        }
    },
    /** Half of it, or a single window. */
    SMALLER_BATCH {
        @Override
        float[] update(Work work) {
            var steps = work.steps();
            return work.update(with(steps, steps.steps(), Math.max(1, steps.batch() / 4)));
        }
    },
    OTHER_DATA {
        @Override
        float[] update(Work work) {
            return work.ofOtherData();
        }
    },
    /** From the weights of the round before. */
    STALE_CHECKPOINT {
        @Override
        float[] update(Work work) {
            return work.ofStaleWeights();
        }
    },
    /** Normal noise of a tenth of the norm on top of the honest update. */
    TENTH_OF_NOISE {
        @Override
        float[] update(Work work) {
            float[] update = work.honest().clone();
            double squares = 0;
            for (float value : update) squares += (double) value * value;
            double deviation = 0.1 * Math.sqrt(squares / update.length);
            for (int i = 0; i < update.length; i++)
                update[i] += (float) (deviation * work.random().nextNormal());
            return update;
        }
    },
    SIGN_FLIP {
        @Override
        float[] update(Work work) {
            float[] update = work.honest().clone();
            for (int i = 0; i < update.length; i++) update[i] = -update[i];
            return update;
        }
    };

    /** A task, and what it would come to if this or that were not as it says. */
    interface Work {
        LocalSteps steps();

        SplitMix64 random();

        /** As the auditor has it; not to be changed. */
        float[] honest();

        float[] update(LocalSteps steps);

        float[] ofOtherData();

        float[] ofStaleWeights();
    }

    abstract float[] update(Work work);

    private static LocalSteps halved(LocalSteps steps) {
        return with(steps, Math.max(1, steps.steps() / 2), steps.batch());
    }

    private static LocalSteps with(LocalSteps all, int steps, int batch) {
        return new LocalSteps(
                steps,
                batch,
                Math.min(batch, all.microBatch()),
                all.context(),
                all.learningRate(),
                all.warmupSteps(),
                all.beta1(),
                all.beta2(),
                all.epsilon(),
                all.weightDecay(),
                all.clipNorm());
    }
}
