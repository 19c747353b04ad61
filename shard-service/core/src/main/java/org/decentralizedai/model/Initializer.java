package org.decentralizedai.model;

/**
 * First weights of a run, from a seed: matrices normal with deviation 0.02, those that write to the residual stream divided
 * by sqrt(2 layers) (Radford et al. 2019), norms 1.
 */
public final class Initializer {
    private Initializer() {}

    /** Values in layout order, without padding. The same on every machine. */
    public static float[] weights(ParameterLayout layout, long seed) {
        float[] values = new float[layout.parameterCount()];
        var random = new SplitMix64(seed);
        double residual = 0.02 / Math.sqrt(2.0 * layout.config().layers());
        int at = 0;
        for (Parameter p : layout.parameters()) {
            boolean writesResidual =
                    p.name().endsWith("o_proj.weight") || p.name().endsWith("down_proj.weight");
            double deviation = writesResidual ? residual : 0.02;
            for (int i = 0; i < p.size(); i++)
                values[at++] = p.vector() ? 1 : (float) (deviation * random.nextNormal());
        }
        return values;
    }
}
