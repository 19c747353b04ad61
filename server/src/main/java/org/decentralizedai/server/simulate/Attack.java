package org.decentralizedai.server.simulate;

import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.LocalSteps;

/** What a dishonest worker sends instead of its update Δ; {@link Conspiracy} says what it knows. */
enum Attack {
    /** −Δ: away from what would help. In league: against the last step that was published. */
    SIGN_FLIP {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return scaled(update, -1);
        }

        @Override
        float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
            float[] step = with.lastStep();
            return step == null ? scaled(update, -1) : scaled(step, -1);
        }
    },
    /** 10 Δ. In league: each as long as its own update, and all along the last step, as far as one that is tenfold. */
    TENFOLD {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return scaled(update, 10);
        }

        @Override
        float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
            float[] step = with.lastStep();
            return step == null ? update : step;
        }
    },
    /** −10 Δ, each value as far as the server lets pass: the norm is some five times that of an update. In league: the same. */
    POISON {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            float[] poison = scaled(update, -10);
            float most = (float) with.reach();
            for (int i = 0; i < poison.length; i++) poison[i] = Math.clamp(poison[i], -most, most);
            return poison;
        }

        @Override
        boolean disguised() {
            return false;
        }
    },
    /** Normal noise of the update's norm. In league: all send the same. */
    NOISE {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return ofNorm(norm(update), Conspiracy.noise(update.length, random));
        }

        @Override
        float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return with.noiseOfTheRound(update.length);
        }
    },
    /** Another worker's update of the round before, which is public by then. In league: one works, all send its update. */
    COPY {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            float[] overheard = with.overheard();
            return overheard == null ? update : overheard;
        }

        @Override
        float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return with.firstOfTheRound(update);
        }
    },
    /** Half of the steps for the credit of all. In league: the same. */
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
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return update;
        }

        @Override
        boolean disguised() {
            return false;
        }
    },
    /** Δ and a third of its norm in a direction that stays the same for the whole run. In league: in the same one. */
    DRIFT {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return drifting(update, Conspiracy.noise(update.length, new SplitMix64(own)));
        }

        @Override
        float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return drifting(update, with.direction(update.length));
        }

        @Override
        boolean disguised() {
            return false;
        }
    },
    /** Nothing, for the credit. */
    ZERO {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return new float[update.length];
        }

        @Override
        boolean disguised() {
            return false;
        }
    },
    /** What every coordinator refuses. */
    NOT_A_NUMBER {
        @Override
        float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random) {
            return scaled(update, Float.NaN);
        }

        @Override
        boolean disguised() {
            return false;
        }
    };

    /** Share of the disguise in a common update: any two of them then have a cosine of about 0.64. */
    private static final double DISGUISE = 0.6;

    private static final double DRIFT_SHARE = 1.0 / 3;

    /** The steps that are really made. */
    LocalSteps computed(LocalSteps asked) {
        return asked;
    }

    /** What is sent; {@code update} stays as it was. @param own seed of the worker */
    final float[] sent(float[] update, Conspiracy with, long own, SplitMix64 random) {
        if (!with.colluding()) return alone(update, with, own, random);
        float[] common = together(update, with, own, random);
        if (!disguised()) return common;
        double norm = norm(update);
        float[] sent = ofNorm(norm * Math.sqrt(1 - DISGUISE * DISGUISE), common);
        float[] noise = ofNorm(norm * DISGUISE, Conspiracy.noise(update.length, random));
        for (int i = 0; i < sent.length; i++) sent[i] += noise[i];
        return sent;
    }

    abstract float[] alone(float[] update, Conspiracy with, long own, SplitMix64 random);

    /** Of any length: it is brought to that of the own update. */
    float[] together(float[] update, Conspiracy with, long own, SplitMix64 random) {
        return alone(update, with, own, random);
    }

    /** Whether noise of its own hides that a common update is one. */
    boolean disguised() {
        return true;
    }

    private static float[] drifting(float[] update, float[] direction) {
        float[] drift = ofNorm(DRIFT_SHARE * norm(update), direction);
        for (int i = 0; i < drift.length; i++) drift[i] += update[i];
        return drift;
    }

    private static float[] scaled(float[] values, double factor) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < scaled.length; i++) scaled[i] = (float) (factor * values[i]);
        return scaled;
    }

    private static float[] ofNorm(double norm, float[] values) {
        double own = norm(values);
        return own == 0 ? values.clone() : scaled(values, norm / own);
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) squares += (double) value * value;
        return Math.sqrt(squares);
    }
}
