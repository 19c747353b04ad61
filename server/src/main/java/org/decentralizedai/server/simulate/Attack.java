package org.decentralizedai.server.simulate;

import java.util.Arrays;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.LocalSteps;

/** What a dishonest worker sends instead of its update. */
enum Attack {
    /** −Δ: away from what would help. */
    SIGN_FLIP {
        @Override
        void apply(float[] update, SplitMix64 random) {
            for (int i = 0; i < update.length; i++) update[i] = -update[i];
        }
    },
    /** 10 Δ. */
    TENFOLD {
        @Override
        void apply(float[] update, SplitMix64 random) {
            for (int i = 0; i < update.length; i++) update[i] *= 10;
        }
    },
    /** Normal noise of the update's norm. */
    NOISE {
        @Override
        void apply(float[] update, SplitMix64 random) {
            double squares = 0;
            for (float value : update) squares += (double) value * value;
            double deviation = Math.sqrt(squares / update.length);
            for (int i = 0; i < update.length; i++) update[i] = (float) (deviation * random.nextNormal());
        }
    },
    /** Half of the steps for the credit of all. */
    HALF_STEPS {
        @Override
        LocalSteps computed(LocalSteps asked) {
            return new LocalSteps(
                    Math.max(1, asked.steps() / 2),
                    asked.batch(),
                    asked.microBatch(),
                    asked.context(),
                    asked.learningRate(),
                    asked.warmupSteps(),
                    asked.beta1(),
                    asked.beta2(),
                    asked.epsilon(),
                    asked.weightDecay(),
                    asked.clipNorm());
        }

        @Override
        void apply(float[] update, SplitMix64 random) {}
    },
    /** Nothing, for the credit. */
    ZERO {
        @Override
        void apply(float[] update, SplitMix64 random) {
            Arrays.fill(update, 0);
        }
    },
    /** What every coordinator refuses. */
    NOT_A_NUMBER {
        @Override
        void apply(float[] update, SplitMix64 random) {
            Arrays.fill(update, Float.NaN);
        }
    };

    /** The steps that it makes of those it was asked for. */
    LocalSteps computed(LocalSteps asked) {
        return asked;
    }

    /** In place. */
    abstract void apply(float[] update, SplitMix64 random);
}
