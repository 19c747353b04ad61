package org.decentralizedai.kernels;

/**
 * Every operation of a Llama-style decoder and its training, forward and backward, on one device. Calls only enqueue, in
 * order; {@link #read} and {@link #readBytes} are the only places that wait. Outputs come first, then inputs, then sizes; the gradient of
 * {@code x} is {@code dx}. No output shares an allocation with an input or with another output, unless an operation says "in place" (WebGPU
 * forbids it). Every operation checks its shapes before the device is touched and throws
 * {@link IllegalArgumentException}; a device that fails throws {@link KernelException} at the next {@link #read}.
 *
 * <p>Implementations: {@link ReferenceKernels} here, {@code GpuKernels} in the browser, {@code VectorKernels} on the JVM.
 * All follow {@link KernelExpectations}. Not thread-safe: one thread drives a device.
 */
public interface Kernels extends AutoCloseable {

    /** Zero-filled memory; released by {@link #free} or {@link #close}. */
    Tensor allocate(Shape shape);

    /** Room for {@code count} tokens of a vocabulary. */
    Tokens allocateTokens(int count, int vocabulary);

    /** Releases what {@link #allocate} returned; views of it become invalid. */
    void free(Tensor allocated);

    void free(Tokens allocated);

    /** Room for a tensor of this shape in halves. */
    Halves allocateHalves(Shape shape);

    void free(Halves allocated);

    /** Copies {@code tensor.size()} little-endian f32 values from {@code bytes}, beginning at {@code offset}. */
    void upload(Tensor tensor, byte[] bytes, int offset);

    void upload(Tensor tensor, float[] values);

    /** Replaces the tokens; {@code ids.length} must be their count. */
    void upload(Tokens tokens, int[] ids);

    /** Waits for everything enqueued so far and returns a copy of the values, row-major. */
    float[] read(Tensor tensor);

    /** The same of the first bytes of what {@link #encode} left, in one or several tensors side by side. */
    byte[] readBytes(Tensor code, int bytes);

    /** {@code out = 0}. */
    void zero(Tensor out);

    /** {@code out = a}, same size. */
    void copy(Tensor out, Tensor a);

    /**
     * out = x as halves, same shape: to nearest, ties to even. What is beyond ±{@link Halves#GREATEST} becomes that; for NaN
     * nothing is promised.
     */
    void narrow(Halves out, Tensor x);

    /** out = x exactly, same shape. */
    void widen(Tensor out, Halves x);

    /** {@code out[at.out() + i] = a[j] - b[j]} where {@code j = at.first() + i * at.step()}, for every i below {@code at.count()}. */
    void subtract(Tensor out, Tensor a, Tensor b, Stride at);

    /** {@code out = a - b}, same size. */
    default void subtract(Tensor out, Tensor a, Tensor b) {
        Checks.sameSize(out, a, b);
        subtract(out, a, b, new Stride(0, 0, 1, out.size()));
    }

    /** code = the bytes of x, little-endian in {@link BlockCode#words} elements, zero at the end; not numbers, see {@link #readBytes}. */
    void encode(Tensor code, Tensor x, BlockCode form);

    /** C (m,n) = op(A) op(B), added to nothing, to C itself or to another tensor. */
    void matmul(MatmulLayout layout, Tensor c, Tensor a, Tensor b, Addend addend);

    /** C (m,n) = op(A) op(B), or C += op(A) op(B) when {@code accumulate}. */
    default void matmul(MatmulLayout layout, Tensor c, Tensor a, Tensor b, boolean accumulate) {
        matmul(layout, c, a, b, accumulate ? Addend.ITSELF : Addend.NOTHING);
    }

    /** out (n,c) = table[tokens[i], :], table (vocabulary,c). */
    void embed(Tensor out, Tensor table, Tokens tokens);

    /** dtable (vocabulary,c) += rows of dout (n,c) summed by token. Adds, never overwrites. */
    void embedBackward(Tensor dtable, Tensor dout, Tokens tokens);

    /**
     * RMSNorm (Zhang and Sennrich 2019): y (n,c) = x * rstd * weight, rstd (n,1) = 1 / sqrt(mean(x²) + epsilon), weight
     * (1,c).
     */
    void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor weight, double epsilon);

    /** dx (n,c) += and dweight (1,c) +=, from dy (n,c). Adds, never overwrites. */
    void rmsNormBackward(Tensor dx, Tensor dweight, Tensor dy, Tensor x, Tensor weight, Tensor rstd);

    /**
     * Rotary positions (Su et al. 2021), in place, in Hugging Face's order: component i of a head turns with component
     * i + headDim / 2. x (n, heads * headDim); table (context, headDim) as from {@link RotaryTable}; row r of x is at
     * position (position + r) % context.
     */
    void rotary(Tensor x, Tensor table, int position);

    /** From position 0 on. */
    default void rotary(Tensor x, Tensor table) {
        rotary(x, table, 0);
    }

    /** Turns back: the gradient of {@link #rotary(Tensor, Tensor)}, in place. */
    void rotaryBackward(Tensor dx, Tensor table);

    /** out = softmax(q kᵀ * scale, causal) v; lse (rows,heads) is the log-sum-exp of each row's scores. */
    void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape shape);

    /**
     * Attention of new positions in a sequence whose earlier keys and values were kept: row r of q (n, heads * headDim) sees
     * the first {@code past + r + 1} rows of k and v (capacity, kvHeads * headDim), which hold the new positions' own already.
     *
     * @param added sizes of the new rows alone, a batch of 1; its context is their number
     * @param past positions before them
     */
    void cachedAttention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape added, int past);

    /**
     * Overwrites dq, dk and dv by recomputing the probabilities from lse (Dao 2023: FlashAttention-2, no T×T buffer).
     *
     * @param delta (rows,heads), scratch: receives sum(dout * out) of each head
     */
    void attentionBackward(
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor delta,
            Tensor dout,
            Tensor out,
            Tensor lse,
            Tensor q,
            Tensor k,
            Tensor v,
            AttentionShape shape);

    /** SwiGLU (Shazeer 2020): out = silu(gate) * up, same size. */
    void swiGlu(Tensor out, Tensor gate, Tensor up);

    /** Overwrites dgate and dup. */
    void swiGluBackward(Tensor dgate, Tensor dup, Tensor dout, Tensor gate, Tensor up);

    /**
     * Softmax cross-entropy and its gradient in one pass: losses (n,1) = -log softmax(logits)[target] in nats, then logits
     * (n,vocabulary) = (softmax(logits) - onehot(target)) * gradientScale.
     *
     * @param first target of the first row: rows may be a part of those that the targets are for
     */
    void crossEntropy(Tensor losses, Tensor logits, Tokens targets, int first, double gradientScale);

    /** With as many rows as targets. */
    default void crossEntropy(Tensor losses, Tensor logits, Tokens targets, double gradientScale) {
        if (logits.rows() != targets.count())
            throw new IllegalArgumentException(
                    "must be a row for each target: " + logits.shape() + ", " + targets.count());
        crossEntropy(losses, logits, targets, 0, gradientScale);
    }

    /** norm2 (1,1) = sum(x²), or += when {@code accumulate}. */
    void squaredNorm(Tensor norm2, Tensor x, boolean accumulate);

    /** Updates weights and both moments in place, all the same size; norm2 (1,1) is the squared norm of all gradients. */
    void adamW(Tensor weights, Tensor gradients, Tensor moment1, Tensor moment2, Tensor norm2, AdamW step);

    /** Releases everything this device holds. */
    @Override
    void close();
}
