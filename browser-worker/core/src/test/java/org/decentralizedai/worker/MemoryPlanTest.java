package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Precision;
import org.decentralizedai.model.Use;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryPlanTest {
    private static final long GB = 1_000_000_000;
    private static final DeviceMemory TAB = DeviceMemory.MODEST;
    private static final DeviceMemory LARGE = new DeviceMemory(4 * GB, TAB.bufferBytes());

    private static TaskShape small(int batch, int microBatch) {
        return new TaskShape(ModelConfig.small(), batch, microBatch, 512);
    }

    private static TaskShape base(int batch, int microBatch) {
        return new TaskShape(ModelConfig.base(), batch, microBatch, 1024);
    }

    /** Reference kernels that count what is taken, in f32, and the longest read. */
    private static final class Counter {
        private final ReferenceKernels reference = new ReferenceKernels();
        long bytes, freed, greatest, longestRead;

        Kernels kernels() {
            return (Kernels) Proxy.newProxyInstance(
                    Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                        switch (method.getName()) {
                            case "allocate" -> take(((Shape) arguments[0]).size());
                            case "allocateHalves" -> take(Halves.words((Shape) arguments[0]));
                            case "allocateTokens" -> take(Tokens.length((int) arguments[0], (int) arguments[1]));
                            case "free" -> freed += 4L * length(arguments[0]);
                            case "read", "readBytes" ->
                                longestRead = Math.max(longestRead, 4L * ((Tensor) arguments[0]).size());
                            default -> {}
                        }
                        return method.invoke(reference, arguments);
                    });
        }

        private void take(int elements) {
            bytes += 4L * elements;
            greatest = Math.max(greatest, 4L * elements);
        }

        private static int length(Object allocated) {
            return switch (allocated) {
                case Tensor tensor -> tensor.storage().length();
                case Halves halves -> Halves.words(halves.shape()); // the reference has a double for each
                default -> ((Tokens) allocated).storage().length();
            };
        }
    }

    private record Case(ModelConfig model, LocalSteps steps, Keeping keeping) {
        MemoryPlan plan() {
            return MemoryPlanTest.plan(TaskShape.of(model, steps), keeping);
        }
    }

    /** Of a task that is computed so. */
    private static MemoryPlan plan(TaskShape shape, Keeping keeping) {
        return MemoryPlan.of(
                new TaskShape(shape.model(), shape.batch(), shape.microBatch(), shape.context(), keeping.precision()),
                keeping);
    }

    static List<Case> cases() {
        var untied = new ModelConfig(300, 12, 3, 3, 3, 4, 20, 16, 500, 1e-6, false);
        var whole = new LocalSteps(2, 3, 3, 16, 0.01, 0, 0.9, 0.95, 1e-8, 0.1, 1);
        return Stream.of(Keeping.values())
                .flatMap(keeping ->
                        Stream.of(new Case(Fixture.MODEL, Fixture.STEPS, keeping), new Case(untied, whole, keeping)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan_aWholeTask_isWhatTheDeviceGaveToTheByte(Case c) {
        var plan = c.plan();
        var counter = new Counter();
        var training = new LocalTraining(counter.kernels(), plan);
        byte[] shard = Fixture.corpus(2000, c.model.vocabulary(), 3);
        training.load(new byte[4 * ParameterLayout.of(c.model).parameterCount()], 0);
        var data = new CorpusWindows(JvmDigest.INSTANCE.sha256(shard), 11, 20, c.steps.windows());
        training.run(c.steps, new TaskWindows(shard, data, c.steps.context()));
        for (BlockCode code : BlockCode.values()) training.coded(code, Slice.WHOLE);
        assertThat(plan.bytes()).isEqualTo(counter.bytes + counter.longestRead);
        assertThat(plan.greatestBuffer()).isEqualTo(Math.max(counter.greatest, counter.longestRead));
        training.free();
        assertThat(counter.freed).isEqualTo(counter.bytes);
    }

    @Test
    void small_context512_fitsATabWith1500MB() {
        assertThat(TAB.bytes()).isEqualTo(3 * GB / 2);
        assertThat(MemoryPlan.microBatch(TAB, small(15, 1))).isEqualTo(5);
        var fast = MemoryPlan.within(TAB, small(15, 5));
        assertThat(fast.refusal(TAB)).isNull();
        assertThat(fast.keeping()).isEqualTo(Keeping.ALL);
        var frugal = MemoryPlan.within(TAB, small(15, 15));
        assertThat(frugal.refusal(TAB)).isNull();
        assertThat(frugal.keeping()).isEqualTo(Keeping.NOTHING);
    }

    @Test
    void base_context1024_fits4GB() {
        var plan = MemoryPlan.within(LARGE, base(1, 1));
        assertThat(plan.refusal(LARGE)).isNull();
        assertThat(plan.keeping()).isEqualTo(Keeping.ALL);
        assertThat(MemoryPlan.within(LARGE, base(4, 4)).refusal(LARGE)).isNull();
        assertThat(MemoryPlan.within(TAB, base(1, 1)).refusal(TAB))
                .matches("This task needs 2\\.\\d\\d GB of buffers; this device allows 1\\.50 GB\\.");
    }

    /** Bytes as tokens, and the 8k that {@code base} has 125 M parameters with: the logits of all rows would be 84 and 134 MB. */
    @ParameterizedTest
    @CsvSource({"264, 5, 2.7, 4.3", "8192, 5, 16.8, 16.8", "8192, 15, 16.8, 16.8"})
    void logits_takeAtMost16MiB(int vocabulary, int windows, double small, double base) {
        assertThat(logits(ModelConfig.small(), vocabulary, windows, 512)).isEqualTo(small);
        assertThat(logits(ModelConfig.base(), vocabulary, 4, 1024)).isEqualTo(base);
    }

    /** In millions of bytes, to a tenth. */
    private static double logits(ModelConfig m, int vocabulary, int microBatch, int context) {
        var model = new ModelConfig(
                vocabulary,
                m.hidden(),
                m.layers(),
                m.heads(),
                m.kvHeads(),
                m.headDim(),
                m.intermediate(),
                m.context(),
                m.ropeTheta(),
                m.rmsNormEpsilon(),
                true);
        var plan = MemoryPlan.keeping(new TaskShape(model, microBatch, microBatch, context));
        return Math.round(plan.bytes(Use.LOGITS) / 1e5) / 10.0;
    }

    /** Prints the table of docs/ai-engineers.md. */
    @Test
    void table() {
        row("nano", new TaskShape(ModelConfig.nano(), 8, 8, 64));
        row("tiny", new TaskShape(ModelConfig.tiny(), 16, 16, 64));
        row("small", small(15, 5));
        row("small", small(15, 15));
        row("base", base(1, 1));
        row("base", base(4, 4));
    }

    private static void row(String name, TaskShape shape) {
        MemoryPlan kept = plan(shape, Keeping.ALL), recomputed = plan(shape, Keeping.NOTHING);
        long rest = kept.bytes(Use.SCRATCH) + kept.bytes(Use.LOGITS) + kept.bytes(Use.SMALL);
        long[] bytes = {
            kept.bytes(Use.WEIGHTS),
            kept.bytes(Use.GRADIENTS),
            kept.bytes(Use.MOMENTS),
            kept.bytes(Use.RESIDUALS),
            kept.bytes(Use.ACTIVATIONS),
            rest,
            kept.bytes(Use.TRANSFER)
        };
        var row = new StringBuilder("| `" + name + "`, " + shape.microBatch() + " |");
        for (long use : bytes) row.append(megabytes(use));
        for (Keeping keeping : List.of(Keeping.ALL, Keeping.PRODUCTS, Keeping.HALVES, Keeping.NOTHING))
            row.append(megabytes(plan(shape, keeping).bytes()));
        System.out.println(row);
        assertThat(LongStream.of(bytes).sum()).isEqualTo(kept.bytes());
        assertThat(kept.bytes() - recomputed.bytes())
                .isEqualTo(kept.bytes(Use.ACTIVATIONS) - recomputed.bytes(Use.ACTIVATIONS));
        assertThat(recomputed.bytes(Use.ACTIVATIONS) * shape.model().layers()).isEqualTo(kept.bytes(Use.ACTIVATIONS));
        assertThat(kept.greatestBuffer()).isLessThanOrEqualTo(TAB.bufferBytes());
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < 100_000_000 ? " %.1f |" : " %.0f |", bytes / 1e6);
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 1400, ALL",
        "F32, 1200, PRODUCTS",
        "F32, 1000, NOTHING",
        "F32, 100, NOTHING",
        "F16, 1400, HALVES",
        "F16, 1000, HALVES",
        "F16, 900, NOTHING_AS_HALVES"
    })
    void within_smallFiveWindows_keepsWhatFits(Precision activations, long megabytes, Keeping keeping) {
        var device = new DeviceMemory(megabytes * 1_000_000, TAB.bufferBytes());
        var shape = new TaskShape(ModelConfig.small(), 15, 5, 512, activations);
        assertThat(MemoryPlan.within(device, shape).keeping()).isEqualTo(keeping);
    }

    @Test
    void of_halvesForATaskOfExactActivations_isRefused() {
        assertThatThrownBy(() -> MemoryPlan.of(small(15, 5), Keeping.HALVES)).hasMessageContaining("keeping=HALVES");
    }

    @Test
    void within_bufferLargerThanTheDeviceBinds_saysWhich() {
        var wide = new ModelConfig(65_536, 768, 2, 12, 4, 64, 2560, 1024, 10_000, 1e-5, true);
        var plan = MemoryPlan.within(LARGE, new TaskShape(wide, 1, 1, 256));
        assertThat(plan.refusal(LARGE))
                .isEqualTo("This task needs a buffer of 201.3 MB; this device allows 134.2 MB for one.");
    }

    /** All windows at a time would have more activations in the MLP than a tensor has elements. */
    @Test
    void microBatch_batchFarTooLarge_isTheGreatestDivisorThatFits() {
        var wide = new ModelConfig(264, 64, 2, 4, 2, 16, 65_536, 512, 10_000, 1e-5, true);
        assertThat(MemoryPlan.microBatch(TAB, new TaskShape(wide, 128, 1, 512))).isEqualTo(1);
        assertThat(MemoryPlan.microBatch(TAB, new TaskShape(wide, 1024, 1, 64))).isEqualTo(4);
    }

    /** Their logits alone would be 17 GB. */
    @Test
    void microBatch_largestVocabulary_isNotBoundByLogits() {
        var wide = new ModelConfig(65_536, 64, 2, 4, 2, 16, 176, 512, 10_000, 1e-5, true);
        assertThat(MemoryPlan.microBatch(TAB, new TaskShape(wide, 128, 1, 512))).isEqualTo(128);
    }

    @Test
    void shape_contextBeyondTheModel_isRefused() {
        assertThatThrownBy(() -> new TaskShape(ModelConfig.nano(), 1, 1, 65)).hasMessageContaining("context must be");
    }
}
