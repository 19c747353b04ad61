package org.decentralizedai.compress;

import org.decentralizedai.model.SplitMix64;

/** Updates of several characters, from a seed; the same on every platform. */
enum Updates {
    /** Like the update of some AdamW steps: a peak at zero and tails. */
    HEAVY_TAILED {
        @Override
        float value(SplitMix64 random, int i) {
            double x = 2 * random.nextDouble() - 1;
            return (float) (0.01 * x * x * x);
        }
    },
    /** Most rows of an embedding are not touched by a task. */
    MOSTLY_ZERO {
        @Override
        float value(SplitMix64 random, int i) {
            double x = random.nextDouble();
            return x > 0.01 ? 0 : (float) (x - 0.005);
        }
    },
    FEW_DISTINCT {
        @Override
        float value(SplitMix64 random, int i) {
            return random.nextInt(5) - 2;
        }
    },
    CLUSTERED {
        @Override
        float value(SplitMix64 random, int i) {
            double x = random.nextDouble() - 0.5;
            return (float) (i / 100 % 20 == 0 ? x : x * 1e-3);
        }
    },
    ANY_EXPONENT {
        @Override
        float value(SplitMix64 random, int i) {
            float value = Float.intBitsToFloat((int) random.nextLong());
            return Math.abs(value) < 0x1p126 ? value : 0x1p126f; // a scale's rounding must not reach infinity
        }
    };

    abstract float value(SplitMix64 random, int i);

    float[] of(int values, long seed) {
        var random = new SplitMix64(seed);
        float[] update = new float[values];
        for (int i = 0; i < values; i++) update[i] = value(random, i);
        return update;
    }
}
