package org.decentralizedai.store.djl;

import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;

/** Small models whose parts all matter. */
final class Models {
    static final ModelConfig GROUPED_TIED = new ModelConfig(50, 24, 2, 6, 2, 8, 40, 12, 10_000, 1e-5, true);
    static final ModelConfig PLAIN_UNTIED = new ModelConfig(37, 20, 3, 2, 2, 12, 28, 9, 500, 1e-6, false);
    static final ModelConfig ONE_KEY_HEAD = new ModelConfig(31, 16, 1, 4, 1, 4, 24, 16, 10_000, 1e-5, false);

    private Models() {}

    /** Other than a run's first weights, so that attention is not uniform and norms differ from 1. */
    static float[] weights(ModelConfig config) {
        float[] weights = Initializer.weights(ParameterLayout.of(config), 11);
        var random = new SplitMix64(12);
        for (int i = 0; i < weights.length; i++) weights[i] = (float) (1.25 * weights[i] + 0.1 * random.nextNormal());
        return weights;
    }

    static int[] tokens(ModelConfig config, int count, long seed) {
        var random = new SplitMix64(seed);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) ids[i] = random.nextInt(config.vocabulary());
        return ids;
    }

    static long[] longs(int[] ids) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) longs[i] = ids[i];
        return longs;
    }
}
