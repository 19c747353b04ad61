package org.decentralizedai.kernels;

/** Shape rules of the operations in {@link Kernels}, shared by all implementations. Each throws before a device is touched. */
public final class Checks {
    private Checks() {}

    public static void sameSize(Tensor first, Tensor... others) {
        for (Tensor other : others)
            if (other.size() != first.size()) throw mismatch("sizes must be equal", first, other);
    }

    public static void subtract(Tensor out, Tensor a, Tensor b, Stride at) {
        if (at.count() > out.size() - at.out() || at.reach() > a.size() || at.reach() > b.size())
            throw new IllegalArgumentException("outside a tensor: " + at + ", " + out + ", " + a + ", " + b);
    }

    public static void encode(Tensor code, Tensor x, BlockCode form) {
        if (code.size() != form.words(x.size()))
            throw new IllegalArgumentException(
                    form + " of " + x.size() + " values must have " + form.words(x.size()) + " words: " + code);
    }

    public static void readBytes(Tensor code, int bytes) {
        if (bytes <= 0 || (bytes - 1) / Float.BYTES >= code.size())
            throw new IllegalArgumentException("bytes must be in the tensor: bytes=" + bytes + ", " + code);
    }

    public static void shape(Tensor tensor, Shape wanted) {
        if (!tensor.shape().equals(wanted))
            throw new IllegalArgumentException("shape must be " + wanted + ": " + tensor.shape());
    }

    public static void matmul(MatmulLayout layout, Tensor c, Tensor a, Tensor b, Addend addend) {
        if (layout.k(a) != layout.innerOfB(b)) throw mismatch(layout + ": inner sizes must be equal", a, b);
        shape(c, Shape.of(layout.m(a), layout.n(b)));
        if (addend instanceof Addend.Rows(Tensor d) && d.rows() != 1) shape(d, c.shape());
        else if (addend instanceof Addend.Rows(Tensor d)) shape(d, Shape.vector(c.columns()));
    }

    public static void embed(Tensor rows, Tensor table, Tokens tokens) {
        shape(rows, Shape.of(tokens.count(), table.columns()));
        if (table.rows() != tokens.vocabulary())
            throw new IllegalArgumentException(
                    "table must have a row per token: " + table.shape() + ", vocabulary=" + tokens.vocabulary());
    }

    public static void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor weight) {
        shape(y, x.shape());
        shape(rstd, Shape.of(x.rows(), 1));
        shape(weight, Shape.vector(x.columns()));
    }

    public static void rotary(Tensor x, Tensor table, int position) {
        if (position < 0) throw new IllegalArgumentException("position must be >= 0: position=" + position);
        if (x.columns() % table.columns() != 0 || table.columns() % 2 != 0)
            throw mismatch("columns must be whole heads of even size", x, table);
    }

    public static void attention(AttentionShape shape, Tensor lse, Tensor[] queries, Tensor[] keysAndValues) {
        shape(lse, shape.perHead());
        for (Tensor q : queries) shape(q, shape.query());
        for (Tensor kv : keysAndValues) shape(kv, shape.keyValue());
    }

    public static void cachedAttention(
            AttentionShape added, int past, Tensor lse, Tensor[] queries, Tensor[] keysAndValues) {
        if (added.batch() != 1)
            throw new IllegalArgumentException("a cache is of one sequence: batch=" + added.batch());
        shape(lse, added.perHead());
        for (Tensor q : queries) shape(q, added.query());
        for (Tensor kv : keysAndValues)
            if (kv.columns() != added.keyValue().columns() || past < 0 || past + added.rows() > kv.rows())
                throw new IllegalArgumentException(
                        "cache must have room for past and rows: " + kv.shape() + ", past=" + past + ", " + added);
    }

    public static void crossEntropy(Tensor losses, Tensor logits, Tokens targets, int first) {
        shape(losses, Shape.of(logits.rows(), 1));
        shape(logits, Shape.of(logits.rows(), targets.vocabulary()));
        if (first < 0 || first > targets.count() - logits.rows())
            throw new IllegalArgumentException("must be a target for each row: first=" + first + ", rows="
                    + logits.rows() + ", targets=" + targets.count());
    }

    private static IllegalArgumentException mismatch(String rule, Tensor a, Tensor b) {
        return new IllegalArgumentException(rule + ": " + a.shape() + ", " + b.shape());
    }
}
