package org.decentralizedai.server.simulate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.store.evaluation.HeldOutWindows;

/** Mean loss of weights over held-out windows, by our own forward pass. Used by one thread. */
final class HeldOutLoss {
    private static final int ROWS = 2048; // of one pass

    private final Kernels kernels;
    private final Parameters weights;
    private final Decoder decoder;
    private final Tokens inputs, targets;
    private final int batch, context;

    HeldOutLoss(Kernels kernels, ModelConfig model, int context) {
        this.kernels = kernels;
        this.context = context;
        batch = Math.max(1, ROWS / context);
        var layout = ParameterLayout.of(model);
        weights = Parameters.allocate(kernels, layout);
        decoder = new Decoder(kernels, model, batch, context, weights, Parameters.allocate(kernels, layout));
        inputs = kernels.allocateTokens(decoder.rows(), model.vocabulary());
        targets = kernels.allocateTokens(decoder.rows(), model.vocabulary());
    }

    /** Nats per token. @param packed in layout order */
    double of(float[] packed, HeldOutWindows windows) {
        weights.upload(kernels, bytes(packed), 0);
        double nats = 0;
        for (int first = 0; first < windows.count(); first += batch) {
            int count = Math.min(batch, windows.count() - first);
            kernels.upload(inputs, ids(windows, first, count, 0));
            kernels.upload(targets, ids(windows, first, count, 1));
            float[] rows = kernels.read(decoder.losses(inputs, targets));
            for (int row = 0; row < count * context; row++) nats += rows[row];
        }
        return nats / ((double) windows.count() * context);
    }

    /** Rows past the last window stay token 0 and are not counted. */
    private int[] ids(HeldOutWindows windows, int first, int count, int shift) {
        int[] ids = new int[decoder.rows()];
        for (int i = 0; i < count * context; i++) ids[i] = windows.token(first + i / context, i % context + shift);
        return ids;
    }

    static byte[] bytes(float[] values) {
        var packed = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        packed.asFloatBuffer().put(values);
        return packed.array();
    }
}
