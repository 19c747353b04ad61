package org.decentralizedai.worker.vector;

import static jdk.incubator.vector.VectorOperators.EXP;
import static org.decentralizedai.worker.vector.Rows.LANES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.decentralizedai.kernels.AdamW;
import org.decentralizedai.kernels.Addend;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Checks;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Storage;
import org.decentralizedai.kernels.Stride;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.worker.vector.Gemm.Matrix;
import org.jspecify.annotations.Nullable;

/**
 * {@link Kernels} on the CPU in f32. Operations are finished when they return. Results do not depend on the number of
 * threads. Driven by one thread, like every {@code Kernels}.
 */
public final class VectorKernels implements Kernels {
    /** Multiply-adds below which a second thread costs more than it brings. */
    private static final int WORTH_A_THREAD = 1 << 17;

    private record Floats(float[] values) implements Storage {
        @Override
        public int length() {
            return values.length;
        }
    }

    /** Two to the element, as everywhere. */
    private record Shorts(short[] values) implements Storage {
        @Override
        public int length() {
            return (values.length + 1) / 2;
        }
    }

    private record Ints(int[] values) implements Storage {
        @Override
        public int length() {
            return values.length;
        }
    }

    /** For products inside a part. */
    private static final Cores ALONE = new Cores(1);

    private final Cores cores;
    private final Gemm gemm;
    private final ThreadLocal<VectorAttention> attentions = new ThreadLocal<>();

    /** On all cores. */
    public VectorKernels() {
        this(Runtime.getRuntime().availableProcessors());
    }

    public VectorKernels(int threads) {
        cores = new Cores(threads);
        gemm = new Gemm(cores);
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(new Floats(new float[shape.size()]), 0, shape);
    }

    @Override
    public Tokens allocateTokens(int count, int vocabulary) {
        return new Tokens(new Ints(new int[Tokens.length(count, vocabulary)]), count, vocabulary);
    }

    @Override
    public void free(Tensor allocated) {}

    @Override
    public void free(Tokens allocated) {}

    @Override
    public Halves allocateHalves(Shape shape) {
        return new Halves(new Shorts(new short[shape.size()]), shape);
    }

    @Override
    public void free(Halves allocated) {}

    @Override
    public void close() {
        cores.close();
    }

    @Override
    public void upload(Tensor tensor, byte[] bytes, int offset) {
        ByteBuffer.wrap(bytes, offset, Float.BYTES * tensor.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values(tensor), tensor.offset(), tensor.size());
    }

    @Override
    public void upload(Tensor tensor, float[] floats) {
        System.arraycopy(floats, 0, values(tensor), tensor.offset(), tensor.size());
    }

    @Override
    public void upload(Tokens tokens, int[] ids) {
        if (ids.length != tokens.count())
            throw new IllegalArgumentException("count must be " + tokens.count() + ": " + ids.length);
        int[] all = Tokens.indexed(ids, tokens.vocabulary());
        System.arraycopy(all, 0, values(tokens), 0, all.length);
    }

    @Override
    public float[] read(Tensor tensor) {
        return Arrays.copyOfRange(values(tensor), tensor.offset(), tensor.offset() + tensor.size());
    }

    @Override
    public void zero(Tensor out) {
        Arrays.fill(values(out), out.offset(), out.offset() + out.size(), 0);
    }

    @Override
    public void copy(Tensor out, Tensor a) {
        Checks.sameSize(out, a);
        System.arraycopy(values(a), a.offset(), values(out), out.offset(), out.size());
    }

    @Override
    public void narrow(Halves out, Tensor xt) {
        Checks.shape(xt, out.shape());
        float[] x = values(xt);
        short[] halves = values(out);
        int offset = xt.offset();
        cores.split(xt.size(), WORTH_A_THREAD / 4, LANES.length(), (from, to) -> {
            for (int i = from; i < to; i++)
                halves[i] = Float.floatToFloat16(Math.max(-Halves.GREATEST, Math.min(Halves.GREATEST, x[offset + i])));
        });
    }

    @Override
    public void widen(Tensor outT, Halves x) {
        Checks.shape(outT, x.shape());
        float[] out = values(outT);
        short[] halves = values(x);
        int offset = outT.offset();
        cores.split(outT.size(), WORTH_A_THREAD / 4, LANES.length(), (from, to) -> {
            for (int i = from; i < to; i++) out[offset + i] = Float.float16ToFloat(halves[i]);
        });
    }

    @Override
    public void subtract(Tensor outT, Tensor aT, Tensor bT, Stride at) {
        Checks.subtract(outT, aT, bT, at);
        float[] out = values(outT), a = values(aT), b = values(bT);
        int to = outT.offset() + at.out(), from = aT.offset() + at.first(), fromB = bT.offset() + at.first();
        if (at.step() == 1) for (int i = 0; i < at.count(); i++) out[to + i] = a[from + i] - b[fromB + i]; // by vectors
        else for (int i = 0, j = 0; i < at.count(); i++, j += at.step()) out[to + i] = a[from + j] - b[fromB + j];
    }

    @Override
    public void encode(Tensor code, Tensor x, BlockCode form) {
        Checks.encode(code, x, form);
        byte[] bytes = Arrays.copyOf(form.encode(read(x)), Float.BYTES * code.size());
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory(code), 0, bytes.length);
    }

    @Override
    public byte[] readBytes(Tensor code, int count) {
        Checks.readBytes(code, count);
        byte[] bytes = new byte[count];
        MemorySegment.copy(memory(code), 0, MemorySegment.ofArray(bytes), 0, count);
        return bytes;
    }

    /** For what is no number: a float that is moved may change where it is NaN. */
    private static MemorySegment memory(Tensor tensor) {
        return MemorySegment.ofArray(values(tensor))
                .asSlice((long) Float.BYTES * tensor.offset(), (long) Float.BYTES * tensor.size());
    }

    @Override
    public void matmul(MatmulLayout layout, Tensor ct, Tensor at, Tensor bt, Addend addend) {
        Checks.matmul(layout, ct, at, bt, addend);
        Matrix c = matrix(ct), a = matrix(at), b = matrix(bt);
        gemm.multiply(layout, c, a, b, ct.rows(), ct.columns(), layout.k(at), addend(addend, c));
    }

    private static @Nullable Matrix addend(Addend addend, Matrix c) {
        return switch (addend) {
            case Addend.Nothing() -> null;
            case Addend.Itself() -> c;
            case Addend.Rows(Tensor d) -> new Matrix(values(d), d.offset(), d.rows() == 1 ? 0 : d.columns());
        };
    }

    /** Indices that make a part worth its thread when each costs {@code work}. */
    private static int least(int count, long work) {
        return (int) Math.min(count, WORTH_A_THREAD / Math.max(1, work) + 1);
    }

    @Override
    public void embed(Tensor out, Tensor table, Tokens tokens) {
        Checks.embed(out, table, tokens);
        int columns = table.columns();
        int[] ids = values(tokens);
        for (int i = 0; i < tokens.count(); i++)
            System.arraycopy(
                    values(table), table.offset() + ids[i] * columns, values(out), out.offset() + i * columns, columns);
    }

    @Override
    public void embedBackward(Tensor dtable, Tensor dout, Tokens tokens) {
        Checks.embed(dout, dtable, tokens);
        int columns = dtable.columns();
        int[] ids = values(tokens);
        for (int i = 0; i < tokens.count(); i++)
            Rows.axpy(
                    values(dtable),
                    dtable.offset() + ids[i] * columns,
                    1,
                    values(dout),
                    dout.offset() + i * columns,
                    columns);
    }

    @Override
    public void rmsNorm(Tensor yt, Tensor rstd, Tensor xt, Tensor weight, double epsilon) {
        Checks.rmsNorm(yt, rstd, xt, weight);
        int columns = xt.columns();
        float[] y = values(yt), x = values(xt), w = values(weight);
        cores.split(xt.rows(), least(xt.rows(), columns), 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int at = xt.offset() + i * columns, out = yt.offset() + i * columns;
                float r = (float) (1 / Math.sqrt(Rows.dot(x, at, x, at, columns) / columns + epsilon));
                values(rstd)[rstd.offset() + i] = r;
                for (int j = 0; j < columns; j++) y[out + j] = x[at + j] * r * w[weight.offset() + j];
            }
        });
    }

    @Override
    public void rmsNormBackward(Tensor dxt, Tensor dweight, Tensor dyt, Tensor xt, Tensor weight, Tensor rstd) {
        Checks.rmsNorm(dyt, rstd, xt, weight);
        Checks.sameSize(dxt, xt);
        Checks.sameSize(dweight, weight);
        int columns = xt.columns();
        float[] dx = values(dxt), dy = values(dyt), x = values(xt), w = values(weight), dw = values(dweight);
        float[] scaled = new float[columns]; // dy * weight of one row
        for (int i = 0; i < xt.rows(); i++) {
            int at = xt.offset() + i * columns, dat = dyt.offset() + i * columns, out = dxt.offset() + i * columns;
            float r = values(rstd)[rstd.offset() + i];
            for (int j = 0; j < columns; j++) {
                scaled[j] = dy[dat + j] * w[weight.offset() + j];
                dw[dweight.offset() + j] += dy[dat + j] * x[at + j] * r;
            }
            float pull = r * r * r * Rows.dot(scaled, 0, x, at, columns) / columns;
            for (int j = 0; j < columns; j++) dx[out + j] += r * scaled[j] - pull * x[at + j];
        }
    }

    @Override
    public void rotary(Tensor x, Tensor table, int position) {
        turn(x, table, position, 1);
    }

    @Override
    public void rotaryBackward(Tensor dx, Tensor table) {
        turn(dx, table, 0, -1);
    }

    private void turn(Tensor xt, Tensor tablet, int position, int direction) {
        Checks.rotary(xt, tablet, position);
        int headDim = tablet.columns(), half = headDim / 2, context = tablet.rows(), columns = xt.columns();
        float[] x = values(xt), table = values(tablet);
        for (int row = 0; row < xt.rows(); row++)
            for (int head = 0; head < columns; head += headDim) {
                int angle = tablet.offset() + (position + row) % context * headDim,
                        at = xt.offset() + row * columns + head;
                for (int i = 0; i < half; i++) {
                    float cos = table[angle + i], sin = direction * table[angle + half + i];
                    float a = x[at + i], b = x[at + half + i];
                    x[at + i] = a * cos - b * sin;
                    x[at + half + i] = b * cos + a * sin;
                }
            }
    }

    @Override
    public void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape shape) {
        Checks.attention(shape, lse, new Tensor[] {out, q}, new Tensor[] {k, v});
        forEachHead(
                shape,
                (head, sequence, kvHead) ->
                        head.forward(matrix(out), matrix(lse), matrix(q), matrix(k), matrix(v), sequence, kvHead));
    }

    @Override
    public void cachedAttention(
            Tensor outT, Tensor lse, Tensor qT, Tensor kT, Tensor vT, AttentionShape added, int past) {
        Checks.cachedAttention(added, past, lse, new Tensor[] {outT, qT}, new Tensor[] {kT, vT});
        Matrix out = matrix(outT), q = matrix(qT), k = matrix(kT), v = matrix(vT);
        int dim = added.headDim(), count = added.perHead().size();
        cores.split(count, least(count, 2L * dim * (past + 1)), 1, (from, to) -> {
            float[] weights = new float[past + added.rows()];
            for (int i = from; i < to; i++) {
                int row = i / added.heads(), head = i % added.heads(), seen = past + row + 1;
                int column = head / (added.heads() / added.kvHeads()) * dim; // of the key head
                Matrix query = q.at(row, head * dim), result = out.at(row, head * dim);
                for (int s = 0; s < seen; s++) {
                    Matrix key = k.at(s, column);
                    weights[s] = Rows.dot(query.values(), query.offset(), key.values(), key.offset(), dim);
                }
                values(lse)[lse.offset() + i] = Rows.softmax(weights, 0, seen, seen, (float) added.scale());
                Arrays.fill(result.values(), result.offset(), result.offset() + dim, 0);
                for (int s = 0; s < seen; s++) {
                    Matrix value = v.at(s, column);
                    Rows.axpy(result.values(), result.offset(), weights[s], value.values(), value.offset(), dim);
                }
            }
        });
    }

    @Override
    public void attentionBackward(
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
            AttentionShape shape) {
        Checks.attention(shape, lse, new Tensor[] {dq, dout, out, q}, new Tensor[] {dk, dv, k, v});
        Checks.shape(delta, shape.perHead());
        forEachHead(
                shape,
                (head, sequence, kvHead) -> head.backward(
                        matrix(dq),
                        matrix(dk),
                        matrix(dv),
                        matrix(delta),
                        matrix(dout),
                        matrix(out),
                        matrix(lse),
                        matrix(q),
                        matrix(k),
                        matrix(v),
                        sequence,
                        kvHead));
    }

    private interface Head {
        void run(VectorAttention attention, int sequence, int kvHead);
    }

    private void forEachHead(AttentionShape shape, Head head) {
        cores.split(shape.batch() * shape.kvHeads(), 1, 1, (from, to) -> {
            VectorAttention attention = attentions.get();
            if (attention == null || !attention.shape().equals(shape)) {
                attention = new VectorAttention(new Gemm(ALONE), shape);
                attentions.set(attention);
            }
            for (int i = from; i < to; i++) head.run(attention, i / shape.kvHeads(), i % shape.kvHeads());
        });
    }

    @Override
    public void swiGlu(Tensor outT, Tensor gateT, Tensor upT) {
        Checks.sameSize(outT, gateT, upT);
        float[] out = values(outT), gate = values(gateT), up = values(upT);
        cores.split(outT.size(), WORTH_A_THREAD / 16, LANES.length(), (from, to) -> {
            for (int i = from; i < to; i += LANES.length()) {
                var mask = LANES.indexInRange(i, to);
                FloatVector g = FloatVector.fromArray(LANES, gate, gateT.offset() + i, mask);
                FloatVector u = FloatVector.fromArray(LANES, up, upT.offset() + i, mask);
                g.mul(sigmoid(g)).mul(u).intoArray(out, outT.offset() + i, mask);
            }
        });
    }

    @Override
    public void swiGluBackward(Tensor dgateT, Tensor dupT, Tensor doutT, Tensor gateT, Tensor upT) {
        Checks.sameSize(doutT, dgateT, dupT, gateT, upT);
        cores.split(doutT.size(), WORTH_A_THREAD / 16, LANES.length(), (from, to) -> {
            for (int i = from; i < to; i += LANES.length()) {
                var mask = LANES.indexInRange(i, to);
                FloatVector g = FloatVector.fromArray(LANES, values(gateT), gateT.offset() + i, mask);
                FloatVector u = FloatVector.fromArray(LANES, values(upT), upT.offset() + i, mask);
                FloatVector dout = FloatVector.fromArray(LANES, values(doutT), doutT.offset() + i, mask);
                FloatVector s = sigmoid(g);
                dout.mul(g).mul(s).intoArray(values(dupT), dupT.offset() + i, mask);
                FloatVector slope =
                        FloatVector.broadcast(LANES, 1).sub(s).mul(g).add(1).mul(s);
                dout.mul(u).mul(slope).intoArray(values(dgateT), dgateT.offset() + i, mask);
            }
        });
    }

    private static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(LANES, 1).div(x.neg().lanewise(EXP).add(1));
    }

    @Override
    public void crossEntropy(Tensor losses, Tensor logitsT, Tokens targets, int first, double gradientScale) {
        Checks.crossEntropy(losses, logitsT, targets, first);
        int vocabulary = logitsT.columns();
        float[] logits = values(logitsT);
        cores.split(logitsT.rows(), least(logitsT.rows(), 16L * vocabulary), 1, (from, to) -> {
            for (int i = from; i < to; i++) {
                int at = logitsT.offset() + i * vocabulary, target = at + values(targets)[first + i];
                float targetLogit = logits[target];
                float logSumExp = Rows.softmax(logits, at, vocabulary, vocabulary, 1);
                values(losses)[losses.offset() + i] = logSumExp - targetLogit;
                logits[target] -= 1;
                Rows.multiply(logits, at, vocabulary, (float) gradientScale);
            }
        });
    }

    @Override
    public void squaredNorm(Tensor norm2, Tensor x, boolean accumulate) {
        Checks.shape(norm2, Shape.vector(1));
        double sum = accumulate ? values(norm2)[norm2.offset()] : 0;
        for (int i = 0; i < x.size(); i += 1 << 12) {
            int at = x.offset() + i, length = Math.min(1 << 12, x.size() - i);
            sum += Rows.dot(values(x), at, values(x), at, length);
        }
        values(norm2)[norm2.offset()] = (float) sum;
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor moment1, Tensor moment2, Tensor norm2, AdamW step) {
        Checks.sameSize(weights, gradients, moment1, moment2);
        Checks.shape(norm2, Shape.vector(1));
        double norm = Math.sqrt(values(norm2)[norm2.offset()]);
        float clip = (float) (step.clipNorm() > 0 && norm > step.clipNorm() ? step.clipNorm() / norm : 1);
        int decayed = Math.min(step.decayed(), weights.size());
        cores.split(weights.size(), WORTH_A_THREAD / 8, LANES.length(), (from, to) -> {
            adamW(weights, gradients, moment1, moment2, step, clip, from, Math.min(to, decayed), step.weightDecay());
            adamW(weights, gradients, moment1, moment2, step, clip, Math.max(from, decayed), to, 0);
        });
    }

    private static void adamW(
            Tensor weights,
            Tensor gradients,
            Tensor m,
            Tensor v,
            AdamW step,
            float clip,
            int from,
            int to,
            double decay) {
        float beta1 = (float) step.beta1(), beta2 = (float) step.beta2(), epsilon = (float) step.epsilon();
        float rate = (float) (step.learningRate() * step.correction1());
        float keep = (float) (1 - step.learningRate() * decay), correction2 = (float) step.correction2();
        float farthest = (float) Math.min(step.learningRate() * step.bound(), Float.MAX_VALUE);
        for (int i = from; i < to; i += LANES.length()) {
            var mask = LANES.indexInRange(i, to);
            FloatVector g = FloatVector.fromArray(LANES, values(gradients), gradients.offset() + i, mask)
                    .mul(clip);
            FloatVector m1 = FloatVector.fromArray(LANES, values(m), m.offset() + i, mask)
                    .mul(beta1)
                    .add(g.mul(1 - beta1));
            FloatVector m2 = FloatVector.fromArray(LANES, values(v), v.offset() + i, mask)
                    .mul(beta2)
                    .add(g.mul(g).mul(1 - beta2));
            m1.intoArray(values(m), m.offset() + i, mask);
            m2.intoArray(values(v), v.offset() + i, mask);
            FloatVector w = FloatVector.fromArray(LANES, values(weights), weights.offset() + i, mask);
            FloatVector direction = m1.mul(rate).div(m2.mul(correction2).sqrt().add(epsilon));
            FloatVector bounded = direction.min(farthest).max(-farthest);
            w.mul(keep).sub(bounded).intoArray(values(weights), weights.offset() + i, mask);
        }
    }

    private static Matrix matrix(Tensor tensor) {
        return new Matrix(values(tensor), tensor.offset(), tensor.columns());
    }

    private static float[] values(Tensor tensor) {
        return ((Floats) tensor.storage()).values();
    }

    private static short[] values(Halves halves) {
        return ((Shorts) halves.storage()).values();
    }

    private static int[] values(Tokens tokens) {
        return ((Ints) tokens.storage()).values();
    }
}
