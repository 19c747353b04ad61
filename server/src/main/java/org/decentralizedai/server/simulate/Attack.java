package org.decentralizedai.server.simulate;

import java.util.Arrays;
import org.decentralizedai.model.SplitMix64;

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

    /** In place. */
    abstract void apply(float[] update, SplitMix64 random);
}
