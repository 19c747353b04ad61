package org.decentralizedai.compress;

import org.decentralizedai.kernels.BlockCode;
import org.jspecify.annotations.Nullable;

/** Encodes the updates of one worker, round after round, and keeps what its error feedback needs. Not thread-safe. */
public final class Sender {
    private float @Nullable [] residual; // what the last update's encoding left behind
    private int residualRound;

    /** @param update of a task of {@code round}; not changed */
    public byte[] encode(UpdateForm form, int round, float[] update) {
        if (form.feedback() > 0) return withFeedback(form, round, update);
        residual = null;
        return UpdateCodec.encode(form.encoding(), form.slice().of(update));
    }

    /** The same bytes. Where nothing is kept and the device can write the form, no more than these leave it. */
    public byte[] encode(UpdateForm form, int round, DeviceUpdate update) {
        BlockCode code = form.encoding().blockCode();
        if (code == null || form.feedback() > 0) return encode(form, round, update.update());
        residual = null;
        return update.coded(code, form.slice());
    }

    private byte[] withFeedback(UpdateForm form, int round, float[] update) {
        float[] before = residual;
        double decay = Math.pow(form.feedback(), Math.max(1, round - residualRound));
        var applied = before == null || before.length != update.length
                ? ErrorFeedback.first(form.encoding(), update)
                : ErrorFeedback.next(form.encoding(), before, decay, update);
        residual = finite(applied.residual()) ? applied.residual() : null;
        residualRound = round;
        return applied.encoded();
    }

    private static boolean finite(float[] values) {
        for (float value : values) if (!Float.isFinite(value)) return false;
        return true;
    }
}
