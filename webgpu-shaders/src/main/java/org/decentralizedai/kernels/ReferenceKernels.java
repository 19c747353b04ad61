package org.decentralizedai.kernels;

import java.util.Arrays;

/**
 * The plain-Java truth: every operation as its formula, in double precision and in one fixed order of summation. Doubles
 * make finite differences sharp, and are what JavaScript computes in, so that a browser without a GPU agrees with the JVM,
 * by these very kernels.
 */
public class ReferenceKernels implements Kernels {

    private record Doubles(double[] values) implements Storage {
        @Override
        public int length() {
            return values.length;
        }
    }

    private record Ints(int[] values) implements Storage {
        @Override
        public int length() {
            return values.length;
        }
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(new Doubles(new double[shape.size()]), 0, shape);
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
        return new Halves(new Doubles(new double[shape.size()]), shape);
    }

    @Override
    public void free(Halves allocated) {}

    @Override
    public void close() {}

    @Override
    public void upload(Tensor tensor, byte[] bytes, int offset) {
        double[] x = values(tensor);
        for (int i = 0; i < tensor.size(); i++) {
            int at = offset + 4 * i;
            int bits = (bytes[at] & 255)
                    | (bytes[at + 1] & 255) << 8
                    | (bytes[at + 2] & 255) << 16
                    | (bytes[at + 3] & 255) << 24;
            x[tensor.offset() + i] = Float.intBitsToFloat(bits);
        }
    }

    @Override
    public void upload(Tensor tensor, float[] floats) {
        double[] x = values(tensor);
        for (int i = 0; i < tensor.size(); i++) x[tensor.offset() + i] = floats[i];
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
        float[] floats = new float[tensor.size()];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) get(tensor, i);
        return floats;
    }

    /** Element {@code i} in full precision, for finite differences. */
    public double get(Tensor tensor, int i) {
        return values(tensor)[tensor.offset() + i];
    }

    public void set(Tensor tensor, int i, double value) {
        values(tensor)[tensor.offset() + i] = value;
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
    public void narrow(Halves out, Tensor x) {
        Checks.shape(x, out.shape());
        for (int i = 0; i < x.size(); i++) values(out)[i] = half(get(x, i));
    }

    /** Added and taken away again, it leaves the nearest whole number, ties to even: TeaVM's Math.rint rounds ties up. */
    private static final double TO_WHOLE = 0x1.8p52;

    /** The nearest binary16 value: a multiple of 2⁻¹⁰ of its power of two, or of 2⁻²⁴ where it is less than 2⁻¹⁴. */
    private static double half(double x) {
        double near = Math.clamp(x, -Halves.GREATEST, Halves.GREATEST);
        double unit = Math.scalb(1.0, Math.max(Math.getExponent(near), -14) - 10);
        return (near / unit + TO_WHOLE - TO_WHOLE) * unit;
    }

    @Override
    public void widen(Tensor out, Halves x) {
        Checks.shape(out, x.shape());
        for (int i = 0; i < out.size(); i++) set(out, i, values(x)[i]);
    }

    @Override
    public void subtract(Tensor out, Tensor a, Tensor b, Stride at) {
        Checks.subtract(out, a, b, at);
        for (int i = 0, j = at.first(); i < at.count(); i++, j += at.step())
            set(out, at.out() + i, get(a, j) - get(b, j));
    }

    /** A word is held as the number that it is as an int. */
    @Override
    public void encode(Tensor code, Tensor x, BlockCode form) {
        Checks.encode(code, x, form);
        zero(code);
        byte[] bytes = form.encode(read(x));
        for (int i = 0; i < bytes.length; i++)
            set(code, i / 4, (int) get(code, i / 4) | (bytes[i] & 255) << 8 * (i % 4));
    }

    @Override
    public byte[] readBytes(Tensor code, int count) {
        Checks.readBytes(code, count);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) ((int) get(code, i / 4) >> 8 * (i % 4));
        return bytes;
    }

    @Override
    public void matmul(MatmulLayout layout, Tensor ct, Tensor at, Tensor bt, Addend addend) {
        Checks.matmul(layout, ct, at, bt, addend);
        switch (addend) {
            case Addend.Nothing() -> zero(ct);
            case Addend.Itself() -> {}
            case Addend.Rows(Tensor d) -> {
                for (int i = 0; i < ct.size(); i++)
                    set(ct, i, get(d, i % d.size())); // d.size() is that of C, or of a row
            }
        }
        double[] c = values(ct), a = values(at), b = values(bt);
        int c0 = ct.offset(), a0 = at.offset(), b0 = bt.offset();
        int m = ct.rows(), n = ct.columns(), k = layout.k(at);
        // ABT: c[i,j] += a[i,:] * b[j,:]. Else c[i,:] += a[i,p] * b[p,:]. Rows lie in memory as they are read.
        for (int i = 0; i < m; i++)
            if (layout == MatmulLayout.ABT)
                for (int j = 0; j < n; j++) c[c0 + i * n + j] = dot(c[c0 + i * n + j], a, a0 + i * k, b, b0 + j * k, k);
            else
                for (int p = 0; p < k; p++)
                    axpy(c, c0 + i * n, a[a0 + (layout == MatmulLayout.ATB ? p * m + i : i * k + p)], b, b0 + p * n, n);
    }

    @Override
    public void embed(Tensor out, Tensor table, Tokens tokens) {
        Checks.embed(out, table, tokens);
        int columns = table.columns();
        for (int i = 0; i < tokens.count(); i++)
            copy(
                    out.view(i * columns, Shape.vector(columns)),
                    table.view(values(tokens)[i] * columns, Shape.vector(columns)));
    }

    @Override
    public void embedBackward(Tensor dtable, Tensor dout, Tokens tokens) {
        Checks.embed(dout, dtable, tokens);
        int columns = dtable.columns();
        for (int i = 0; i < tokens.count(); i++)
            axpy(dtable, values(tokens)[i] * columns, 1, dout, i * columns, columns);
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor weight, double epsilon) {
        Checks.rmsNorm(y, rstd, x, weight);
        int columns = x.columns();
        for (int i = 0; i < x.rows(); i++) {
            double sum = 0;
            for (int j = 0; j < columns; j++) sum += get(x, i * columns + j) * get(x, i * columns + j);
            double r = 1 / Math.sqrt(sum / columns + epsilon);
            set(rstd, i, r);
            for (int j = 0; j < columns; j++) set(y, i * columns + j, get(x, i * columns + j) * r * get(weight, j));
        }
    }

    @Override
    public void rmsNormBackward(Tensor dx, Tensor dweight, Tensor dy, Tensor x, Tensor weight, Tensor rstd) {
        Checks.rmsNorm(dy, rstd, x, weight);
        Checks.sameSize(dx, x);
        Checks.sameSize(dweight, weight);
        int columns = x.columns();
        for (int i = 0; i < x.rows(); i++) {
            double r = get(rstd, i);
            double dot = 0; // of dy * weight with x
            for (int j = 0; j < columns; j++) {
                int at = i * columns + j;
                dot += get(dy, at) * get(weight, j) * get(x, at);
                set(dweight, j, get(dweight, j) + get(dy, at) * get(x, at) * r);
            }
            for (int j = 0; j < columns; j++) {
                int at = i * columns + j;
                double gradient = r * get(dy, at) * get(weight, j) - r * r * r * dot / columns * get(x, at);
                set(dx, at, get(dx, at) + gradient);
            }
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

    private void turn(Tensor x, Tensor table, int position, int direction) {
        Checks.rotary(x, table, position);
        int headDim = table.columns(), half = headDim / 2, context = table.rows();
        for (int row = 0; row < x.rows(); row++)
            for (int head = 0; head < x.columns(); head += headDim)
                for (int i = 0; i < half; i++) {
                    int angle = (position + row) % context * headDim + i;
                    double cos = get(table, angle), sin = direction * get(table, angle + half);
                    int at = row * x.columns() + head + i;
                    double a = get(x, at), b = get(x, at + half);
                    set(x, at, a * cos - b * sin);
                    set(x, at + half, b * cos + a * sin);
                }
    }

    @Override
    public void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape shape) {
        Checks.attention(shape, lse, new Tensor[] {out, q}, new Tensor[] {k, v});
        attention(out, lse, q, k, v, shape, 0);
    }

    @Override
    public void cachedAttention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape added, int past) {
        Checks.cachedAttention(added, past, lse, new Tensor[] {out, q}, new Tensor[] {k, v});
        attention(out, lse, q, k, v, added, past);
    }

    private void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape shape, int past) {
        zero(out);
        double[] p = new double[past + shape.context()];
        forEachQuery(shape, (row, head, kvHead, first) -> {
            int at = row * out.columns() + head * shape.headDim(), last = row + past;
            double max = Double.NEGATIVE_INFINITY, sum = 0;
            for (int s = first; s <= last; s++) {
                p[s - first] = score(q, k, at, keyAt(s, kvHead, shape), shape);
                max = Math.max(max, p[s - first]);
            }
            for (int s = first; s <= last; s++) sum += Math.exp(p[s - first] - max);
            set(lse, row * shape.heads() + head, max + Math.log(sum));
            for (int s = first; s <= last; s++)
                axpy(out, at, Math.exp(p[s - first] - max) / sum, v, keyAt(s, kvHead, shape), shape.headDim());
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
        zero(dq);
        zero(dk);
        zero(dv);
        int dim = shape.headDim();
        forEachQuery(shape, (row, head, kvHead, first) -> {
            int at = row * q.columns() + head * dim, perHead = row * shape.heads() + head;
            set(delta, perHead, dot(dout, at, out, at, dim));
            for (int s = first; s <= row; s++) {
                int key = keyAt(s, kvHead, shape);
                double p = Math.exp(score(q, k, at, key, shape) - get(lse, perHead));
                double dscore = p * (dot(dout, at, v, key, dim) - get(delta, perHead)) * shape.scale();
                axpy(dv, key, p, dout, at, dim);
                axpy(dq, at, dscore, k, key, dim);
                axpy(dk, key, dscore, q, at, dim);
            }
        });
    }

    private interface Query {
        /** @param first row of the sequence's first position */
        void at(int row, int head, int kvHead, int first);
    }

    private static void forEachQuery(AttentionShape shape, Query query) {
        for (int row = 0; row < shape.rows(); row++)
            for (int head = 0; head < shape.heads(); head++)
                query.at(row, head, head / (shape.heads() / shape.kvHeads()), row - row % shape.context());
    }

    private static int keyAt(int row, int kvHead, AttentionShape shape) {
        return (row * shape.kvHeads() + kvHead) * shape.headDim();
    }

    private static double score(Tensor q, Tensor k, int at, int key, AttentionShape shape) {
        return dot(q, at, k, key, shape.headDim()) * shape.scale();
    }

    private static double dot(Tensor a, int aAt, Tensor b, int bAt, int length) {
        return dot(0, values(a), a.offset() + aAt, values(b), b.offset() + bAt, length);
    }

    /** start + a * b, summed in order. */
    private static double dot(double start, double[] a, int aAt, double[] b, int bAt, int length) {
        double sum = start;
        for (int i = 0; i < length; i++) sum += a[aAt + i] * b[bAt + i];
        return sum;
    }

    /** y += factor * x. */
    private static void axpy(Tensor y, int yAt, double factor, Tensor x, int xAt, int length) {
        axpy(values(y), y.offset() + yAt, factor, values(x), x.offset() + xAt, length);
    }

    private static void axpy(double[] y, int yAt, double factor, double[] x, int xAt, int length) {
        for (int i = 0; i < length; i++) y[yAt + i] += factor * x[xAt + i];
    }

    @Override
    public void swiGlu(Tensor out, Tensor gate, Tensor up) {
        Checks.sameSize(out, gate, up);
        for (int i = 0; i < out.size(); i++) set(out, i, get(gate, i) * sigmoid(get(gate, i)) * get(up, i));
    }

    @Override
    public void swiGluBackward(Tensor dgate, Tensor dup, Tensor dout, Tensor gate, Tensor up) {
        Checks.sameSize(dout, dgate, dup, gate, up);
        for (int i = 0; i < dout.size(); i++) {
            double g = get(gate, i), u = get(up, i), s = sigmoid(g);
            set(dup, i, get(dout, i) * g * s);
            set(dgate, i, get(dout, i) * u * s * (1 + g * (1 - s)));
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Override
    public void crossEntropy(Tensor losses, Tensor logits, Tokens targets, int first, double gradientScale) {
        Checks.crossEntropy(losses, logits, targets, first);
        int vocabulary = logits.columns();
        for (int i = 0; i < logits.rows(); i++) {
            Tensor row = logits.view(i * vocabulary, Shape.vector(vocabulary));
            int target = values(targets)[first + i];
            double max = Double.NEGATIVE_INFINITY, sum = 0;
            for (int j = 0; j < vocabulary; j++) max = Math.max(max, get(row, j));
            for (int j = 0; j < vocabulary; j++) sum += Math.exp(get(row, j) - max);
            set(losses, i, max + Math.log(sum) - get(row, target));
            for (int j = 0; j < vocabulary; j++)
                set(row, j, (Math.exp(get(row, j) - max) / sum - (j == target ? 1 : 0)) * gradientScale);
        }
    }

    @Override
    public void squaredNorm(Tensor norm2, Tensor x, boolean accumulate) {
        Checks.shape(norm2, Shape.vector(1));
        double sum = accumulate ? get(norm2, 0) : 0;
        for (int i = 0; i < x.size(); i++) sum += get(x, i) * get(x, i);
        set(norm2, 0, sum);
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor moment1, Tensor moment2, Tensor norm2, AdamW step) {
        Checks.sameSize(weights, gradients, moment1, moment2);
        Checks.shape(norm2, Shape.vector(1));
        double norm = Math.sqrt(get(norm2, 0));
        double clip = step.clipNorm() > 0 && norm > step.clipNorm() ? step.clipNorm() / norm : 1;
        for (int i = 0; i < weights.size(); i++) {
            double g = get(gradients, i) * clip;
            double m = step.beta1() * get(moment1, i) + (1 - step.beta1()) * g;
            double v = step.beta2() * get(moment2, i) + (1 - step.beta2()) * g * g;
            set(moment1, i, m);
            set(moment2, i, v);
            double decay = i < step.decayed() ? step.weightDecay() * get(weights, i) : 0;
            double direction = m * step.correction1() / (Math.sqrt(v * step.correction2()) + step.epsilon());
            double bounded = Math.clamp(direction, -step.bound(), step.bound());
            set(weights, i, get(weights, i) - step.learningRate() * (bounded + decay));
        }
    }

    private static double[] values(Tensor tensor) {
        return ((Doubles) tensor.storage()).values();
    }

    private static double[] values(Halves halves) {
        return ((Doubles) halves.storage()).values();
    }

    private static int[] values(Tokens tokens) {
        return ((Ints) tokens.storage()).values();
    }
}
