package org.decentralizedai.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;

/** A model to generate with, and whether generated tokens are the likeliest by its whole forward pass. */
final class JvmGeneration {
    /** Of matrices to first weights: else the last token is the likeliest next one, whatever the layers compute. */
    private static final float LOUDER = 4;

    private final ModelConfig config;
    private final byte[] weights;

    JvmGeneration(ModelConfig config) {
        this.config = config;
        var layout = ParameterLayout.of(config);
        float[] values = Initializer.weights(layout, 1);
        int at = 0;
        for (Parameter p : layout.parameters())
            for (int i = 0; i < p.size(); i++, at++) if (!p.vector()) values[at] *= LOUDER;
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        weights = bytes.array();
    }

    /** Little-endian f32 in layout order. */
    byte[] weights() {
        return weights;
    }

    /**
     * By how much a generated token's logit is below the greatest, at worst, as a share of the row's range: 0 when all are the
     * likeliest, and about the error of f32 where two are as likely.
     */
    double shortfall(int[] prompt, int[] generated) {
        int[] ids = new int[prompt.length + generated.length - 1]; // nothing is asked of the last
        System.arraycopy(prompt, 0, ids, 0, prompt.length);
        System.arraycopy(generated, 0, ids, prompt.length, generated.length - 1);
        float[] logits = logits(ids);
        int n = config.vocabulary();
        double worst = 0;
        for (int i = 0; i < generated.length; i++) {
            int from = (prompt.length - 1 + i) * n;
            float[] row = Arrays.copyOfRange(logits, from, from + n);
            float chosen = row[generated[i]];
            Arrays.sort(row);
            worst = Math.max(worst, (row[n - 1] - chosen) / (row[n - 1] - row[0]));
        }
        return worst;
    }

    /** (ids, vocabulary) of the whole forward pass. */
    private float[] logits(int[] ids) {
        try (var kernels = new ReferenceKernels()) {
            Parameters parameters = Parameters.allocate(kernels, ParameterLayout.of(config));
            parameters.upload(kernels, weights, 0);
            var decoder = new Decoder(kernels, config, 1, ids.length, parameters, parameters);
            Tokens inputs = kernels.allocateTokens(ids.length, config.vocabulary());
            kernels.upload(inputs, ids);
            return kernels.read(decoder.forward(inputs));
        }
    }
}
