package org.decentralizedai.compress;

/**
 * One application of error feedback (Seide et al. 2014; with decay: Sarfi et al. 2025): what an encoding drops or rounds away
 * is kept and added to the next update. a = β e + Δ; q = decode(encode(a)) is sent; e' = a − q. Pure: nothing is changed that
 * was passed in. Sums are computed in doubles and rounded once, so that replays agree on every platform.
 */
public final class ErrorFeedback {
    private final byte[] encoded;
    private final float[] residual;

    private ErrorFeedback(byte[] encoded, float[] residual) {
        this.encoded = encoded;
        this.residual = residual;
    }

    /** The first update of a worker: nothing was kept yet. */
    public static ErrorFeedback first(UpdateEncoding encoding, float[] update) {
        return of(encoding, update.clone());
    }

    /**
     * @param residual e of the last application, as long as the update
     * @param beta share of e that is still wanted, in [0, 1]; include the decay of missed rounds in it
     */
    public static ErrorFeedback next(UpdateEncoding encoding, float[] residual, double beta, float[] update) {
        if (residual.length != update.length)
            throw new IllegalArgumentException(
                    "residual and update must have the same length: " + residual.length + ", " + update.length);
        if (!(beta >= 0) || beta > 1) throw new IllegalArgumentException("beta must be in [0, 1]: beta=" + beta);
        float[] corrected = new float[update.length];
        for (int i = 0; i < update.length; i++) corrected[i] = (float) (beta * residual[i] + update[i]);
        return of(encoding, corrected);
    }

    /** Takes {@code corrected} over. */
    private static ErrorFeedback of(UpdateEncoding encoding, float[] corrected) {
        byte[] encoded = UpdateCodec.encode(encoding, corrected);
        UpdateCodec.decodeAdd(encoding, encoded, -1, corrected);
        return new ErrorFeedback(encoded, corrected);
    }

    /** q, to be sent. */
    public byte[] encoded() {
        return encoded;
    }

    /** e', for the next application. Not finite where the update was not: then start anew with {@link #first}. */
    public float[] residual() {
        return residual;
    }
}
