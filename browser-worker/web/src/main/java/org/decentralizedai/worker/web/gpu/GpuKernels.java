package org.decentralizedai.worker.web.gpu;

import static java.lang.Float.floatToRawIntBits;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.AdamW;
import org.decentralizedai.kernels.Addend;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Checks;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Stride;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.teavm.classlib.PlatformDetector;
import org.teavm.jso.typedarrays.Float32Array;
import org.teavm.jso.typedarrays.Int32Array;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * All operations on a GPU, each a shader of {@code /shaders}. Tensors that an operation reads or writes begin at multiples
 * of 64 elements of their allocation. In the steady state nothing is created: bind groups and pipelines are remembered.
 */
public final class GpuKernels implements Kernels {
    private static final int MAX_PARTIALS = 8192;

    private final GpuDevice device;
    private final UniformRing uniforms;
    private final Pipelines pipelines;
    private final CommandStream commands;
    private final RowKernels rows;
    private final ReadBack readBack;
    private final Products products;
    private final List<ProductKernel> productKernels;
    private final Map<Integer, GpuStorage> allocated = new LinkedHashMap<>();
    private final Tensor partials;
    private int nextId;

    private GpuKernels(GpuDevice device) {
        this.device = device;
        uniforms = new UniformRing(device.device());
        pipelines = new Pipelines(device.device(), uniforms.layout());
        commands = new CommandStream(device.device(), pipelines, uniforms);
        rows = new RowKernels(commands);
        readBack = new ReadBack(device, commands);
        products = new Products(commands);
        productKernels = ProductKernels.of(device.features());
        partials = allocate(Shape.vector(MAX_PARTIALS));
    }

    /**
     * Compiles every shader of {@link Variants#PLAIN}, all at once. Waits.
     *
     * @throws KernelException with file, line and reason, if the device refuses one
     */
    public static GpuKernels open(GpuDevice device) {
        var kernels = new GpuKernels(device);
        kernels.pipelines.compile(KernelSpec.ALL);
        device.check();
        return kernels;
    }

    Products products() {
        return products;
    }

    /** Every way to multiply that this device has. */
    List<ProductKernel> productKernels() {
        return productKernels;
    }

    /**
     * Runs the operations in these forms from now on. Compiles what is not yet compiled. Waits.
     *
     * @throws KernelException with file, line and reason, if the device refuses a shader
     */
    public void choose(Variants variants) {
        try {
            pipelines.compile(variants.specs());
        } catch (KernelException refused) {
            forgetErrors(); // told already: not to be met again at the next read
            throw refused;
        }
        device.check();
        rows.choose(variants);
    }

    private void forgetErrors() {
        try {
            device.check();
        } catch (KernelException _) { // one that is lost says so again
        }
    }

    /** Back to the standard kernels, which add in the same order on every device: what an auditable task is computed with. */
    public void useStandard() {
        products.forget();
        rows.choose(Variants.PLAIN);
    }

    public Variants variants() {
        return rows.variants();
    }

    /** Gives back the room that reads took so far; for whoever has read more than a task does. */
    void forgetReads() {
        readBack.destroy();
    }

    /** Whether the device can run an operation in a form. */
    public boolean can(RowOperation operation, RowForm form) {
        return operation.has(form) && device.can(form);
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(storage(shape.size()), 0, shape);
    }

    @Override
    public Tokens allocateTokens(int count, int vocabulary) {
        return new Tokens(storage(Tokens.length(count, vocabulary)), count, vocabulary);
    }

    @Override
    public Halves allocateHalves(Shape shape) {
        return new Halves(storage(Halves.words(shape)), shape);
    }

    private GpuStorage storage(int length) {
        double bytes = (double) Float.BYTES * length;
        if (bytes > device.maxStorageBytes())
            throw new KernelException("too large for this device: bytes=" + (long) bytes);
        Gpu.Buffer buffer =
                device.device().createBuffer(Descriptors.buffer(bytes, Gpu.STORAGE | Gpu.COPY_SRC | Gpu.COPY_DST));
        var made = new GpuStorage(buffer, nextId++, length);
        allocated.put(made.id(), made);
        return made;
    }

    @Override
    public void free(Tensor tensor) {
        free(GpuStorage.of(tensor));
    }

    @Override
    public void free(Tokens tokens) {
        free(GpuStorage.of(tokens));
    }

    @Override
    public void free(Halves halves) {
        free(GpuStorage.of(halves));
    }

    private void free(GpuStorage storage) {
        commands.release(storage);
        storage.buffer().destroy();
        allocated.remove(storage.id());
    }

    @Override
    public void upload(Tensor tensor, byte[] bytes, int offset) {
        int length = Float.BYTES * tensor.size();
        if (offset < 0 || length > bytes.length - offset)
            throw new IllegalArgumentException(
                    "outside the bytes: offset=" + offset + ", length=" + length + ", bytes=" + bytes.length);
        // JavaScript sees the whole array for free, WebAssembly copies what it shows
        boolean shared = PlatformDetector.isJavaScript();
        byte[] seen = shared ? bytes : Arrays.copyOfRange(bytes, offset, offset + length);
        commands.write(
                GpuStorage.of(tensor).buffer(),
                (double) Float.BYTES * tensor.offset(),
                Int8Array.copyFromJavaArray(seen),
                shared ? offset : 0,
                length);
    }

    @Override
    public void upload(Tensor tensor, float[] values) {
        if (values.length < tensor.size())
            throw new IllegalArgumentException("too few values: " + values.length + " for " + tensor);
        commands.write(
                GpuStorage.of(tensor).buffer(),
                (double) Float.BYTES * tensor.offset(),
                Float32Array.copyFromJavaArray(values),
                0,
                tensor.size());
    }

    @Override
    public void upload(Tokens tokens, int[] ids) {
        if (ids.length != tokens.count())
            throw new IllegalArgumentException("count must be " + tokens.count() + ": " + ids.length);
        int[] all = Tokens.indexed(ids, tokens.vocabulary());
        commands.write(GpuStorage.of(tokens).buffer(), 0, Int32Array.copyFromJavaArray(all), 0, all.length);
    }

    @Override
    public float[] read(Tensor tensor) {
        return readBack.read(tensor);
    }

    @Override
    public byte[] readBytes(Tensor code, int bytes) {
        Checks.readBytes(code, bytes);
        return Arrays.copyOf(readBack.readBytes(code), bytes);
    }

    @Override
    public void zero(Tensor out) {
        commands.clear(out);
    }

    @Override
    public void copy(Tensor out, Tensor a) {
        Checks.sameSize(out, a);
        commands.copy(out, a);
    }

    @Override
    public void narrow(Halves out, Tensor x) {
        Checks.shape(x, out.shape());
        Tensor words = words(out);
        commands.dispatchAll(KernelSpec.NARROW, words.size(), new int[] {x.size()}, words, x);
    }

    @Override
    public void widen(Tensor out, Halves x) {
        Checks.shape(out, x.shape());
        Tensor words = words(x);
        commands.dispatchAll(KernelSpec.WIDEN, words.size(), new int[] {out.size()}, out, words);
    }

    private static Tensor words(Halves halves) {
        return new Tensor(halves.storage(), 0, Shape.vector(Halves.words(halves.shape())));
    }

    @Override
    public void subtract(Tensor out, Tensor a, Tensor b, Stride at) {
        Checks.subtract(out, a, b, at);
        int[] sizes = {at.out(), at.first(), at.step(), at.count()};
        commands.dispatchAll(KernelSpec.SUBTRACT, at.count(), sizes, out, a, b);
    }

    @Override
    public void encode(Tensor code, Tensor x, BlockCode form) {
        Checks.encode(code, x, form);
        KernelSpec spec = switch (form) {
            case INT8 -> KernelSpec.ENCODE_INT8;
            case INT4 -> KernelSpec.ENCODE_INT4;
            case SIGN -> KernelSpec.ENCODE_SIGN;
        };
        int unit = form == BlockCode.INT8 ? form.block() : 2 * form.block(); // values in whole words
        commands.dispatchAll(spec, (x.size() - 1) / unit + 1, new int[] {x.size()}, code, x);
    }

    @Override
    public void matmul(MatmulLayout layout, Tensor c, Tensor a, Tensor b, Addend addend) {
        Checks.matmul(layout, c, a, b, addend);
        products.enqueue(layout, c, a, b, addend);
    }

    @Override
    public void embed(Tensor out, Tensor table, Tokens tokens) {
        Checks.embed(out, table, tokens);
        commands.dispatchAll(
                KernelSpec.EMBED, out.size(), new int[] {out.rows(), out.columns()}, out, table, whole(tokens));
    }

    @Override
    public void embedBackward(Tensor dtable, Tensor dout, Tokens tokens) {
        Checks.embed(dout, dtable, tokens);
        int[] sizes = {dout.rows(), dout.columns(), tokens.vocabulary()};
        commands.dispatchAll(KernelSpec.EMBED_BACKWARD, dtable.size(), sizes, dtable, dout, whole(tokens));
    }

    private static Tensor whole(Tokens tokens) {
        return new Tensor(tokens.storage(), 0, Shape.vector(Tokens.length(tokens.count(), tokens.vocabulary())));
    }

    @Override
    public void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor weight, double epsilon) {
        Checks.rmsNorm(y, rstd, x, weight);
        rows.rmsNorm(y, rstd, x, weight, epsilon);
    }

    @Override
    public void rmsNormBackward(Tensor dx, Tensor dweight, Tensor dy, Tensor x, Tensor weight, Tensor rstd) {
        Checks.rmsNorm(dy, rstd, x, weight);
        Checks.sameSize(dx, x);
        Checks.sameSize(dweight, weight);
        rows.rmsNormBackward(dx, dweight, dy, x, weight, rstd);
    }

    @Override
    public void rotary(Tensor x, Tensor table, int position) {
        turn(x, table, position, 1);
    }

    @Override
    public void rotaryBackward(Tensor dx, Tensor table) {
        turn(dx, table, 0, -1);
    }

    private void turn(Tensor x, Tensor table, int position, double direction) {
        Checks.rotary(x, table, position);
        rows.rotary(x, table, position, direction);
    }

    @Override
    public void attention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape shape) {
        Checks.attention(shape, lse, new Tensor[] {out, q}, new Tensor[] {k, v});
        RowForm form = rows.variants().form(RowOperation.ATTENTION);
        Attention.forward(commands, form, out, lse, q, k, v, shape, 0);
    }

    @Override
    public void cachedAttention(Tensor out, Tensor lse, Tensor q, Tensor k, Tensor v, AttentionShape added, int past) {
        Checks.cachedAttention(added, past, lse, new Tensor[] {out, q}, new Tensor[] {k, v});
        RowForm form = rows.variants().form(RowOperation.CACHED_ATTENTION);
        Attention.cached(commands, form, out, lse, q, k, v, added, past);
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
        RowForm form = rows.variants().form(RowOperation.ATTENTION_BACKWARD);
        Attention.backward(commands, form, dq, dk, dv, delta, dout, out, lse, q, k, v, shape);
    }

    @Override
    public void swiGlu(Tensor out, Tensor gate, Tensor up) {
        Checks.sameSize(out, gate, up);
        commands.dispatchAll(KernelSpec.SWIGLU, out.size(), new int[] {out.size()}, out, gate, up);
    }

    @Override
    public void swiGluBackward(Tensor dgate, Tensor dup, Tensor dout, Tensor gate, Tensor up) {
        Checks.sameSize(dout, dgate, dup, gate, up);
        int[] sizes = {dout.size()};
        commands.dispatchAll(KernelSpec.SWIGLU_BACKWARD, dout.size(), sizes, dgate, dup, dout, gate, up);
    }

    @Override
    public void crossEntropy(Tensor losses, Tensor logits, Tokens targets, int first, double gradientScale) {
        Checks.crossEntropy(losses, logits, targets, first);
        var ids = new Tensor(targets.storage(), first, Shape.vector(logits.rows()));
        rows.crossEntropy(losses, logits, ids, gradientScale);
    }

    @Override
    public void squaredNorm(Tensor norm2, Tensor x, boolean accumulate) {
        Checks.shape(norm2, Shape.vector(1));
        int vectors = Math.clamp(x.size() / 256, 1, MAX_PARTIALS / 4); // 64 elements or more each
        Tensor used = partials.view(0, Shape.vector(4 * vectors));
        commands.dispatchAll(KernelSpec.SQUARED_NORM, used.size(), new int[] {x.size(), used.size()}, used, x);
        rows.sum(norm2, used, accumulate);
    }

    @Override
    public void adamW(Tensor weights, Tensor gradients, Tensor moment1, Tensor moment2, Tensor norm2, AdamW step) {
        Checks.sameSize(weights, gradients, moment1, moment2);
        Checks.shape(norm2, Shape.vector(1));
        int[] numbers = {
            weights.size(),
            step.decayed(),
            bits(step.learningRate()),
            bits(step.beta1()),
            bits(step.beta2()),
            bits(1 - step.beta1()),
            bits(1 - step.beta2()),
            bits(step.correction1()),
            bits(step.correction2()),
            bits(step.epsilon()),
            bits(step.weightDecay()),
            bits(step.clipNorm()),
            bits(step.bound())
        };
        commands.dispatchAll(KernelSpec.ADAMW, weights.size(), numbers, weights, moment1, moment2, gradients, norm2);
    }

    private static int bits(double value) {
        return floatToRawIntBits((float) value);
    }

    @Override
    public void close() {
        commands.submit();
        for (GpuStorage storage : allocated.values()) storage.buffer().destroy();
        allocated.clear();
        readBack.destroy();
        uniforms.destroy();
    }
}
