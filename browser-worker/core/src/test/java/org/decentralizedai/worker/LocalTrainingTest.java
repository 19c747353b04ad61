package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LocalTrainingTest {
    private static final LocalSteps STEPS = Fixture.STEPS;
    private final Fixture fixture = new Fixture();
    private final int valuesAt = fixture.file.length - 4 * fixture.weights.length;

    @Test
    void compute_wholeTask_equalsStraightforwardLoop() {
        LocalResult result = compute(fixture.windows());
        double[] expected = straightforward();
        double error = 0, size = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow(expected[i] - result.update()[i], 2);
            size += Math.pow(expected[i], 2);
        }
        assertThat(size).isGreaterThan(0);
        assertThat(Math.sqrt(error / size)).isLessThan(1e-6);
        double guess = Math.log(Fixture.MODEL.vocabulary()) + 0.2; // first logits have a variance of 2/5
        assertThat(result.firstLoss()).isEqualTo(guess, within(0.15));
        assertThat(result.lastLoss()).isNotEqualTo(result.firstLoss());
    }

    /** The whole batch at once, one plain AdamW per parameter; nothing in common with LocalTraining but the decoder. */
    private double[] straightforward() {
        var kernels = new ReferenceKernels();
        var layout = ParameterLayout.of(Fixture.MODEL);
        Parameters weights = Parameters.allocate(kernels, layout), gradients = Parameters.allocate(kernels, layout);
        weights.upload(kernels, fixture.file, valuesAt);
        var decoder = new Decoder(kernels, Fixture.MODEL, STEPS.batch(), STEPS.context(), weights, gradients);
        Tokens inputs = kernels.allocateTokens(decoder.rows(), Fixture.MODEL.vocabulary());
        Tokens targets = kernels.allocateTokens(decoder.rows(), Fixture.MODEL.vocabulary());
        double[] start = values(kernels, weights);
        double[] m = new double[start.length], v = new double[start.length];
        for (int step = 1; step <= STEPS.steps(); step++) {
            upload(kernels, inputs, step, 0);
            upload(kernels, targets, step, 1);
            gradients.segments().forEach(kernels::zero);
            decoder.gradient(inputs, targets, 1.0 / decoder.rows());
            double[] g = values(kernels, gradients);
            double norm = 0;
            for (double x : g) norm += x * x;
            double clip = Math.min(1, STEPS.clipNorm() / Math.sqrt(norm));
            double rate = STEPS.learningRate() * (step == 1 ? 0.5 : 1); // one warm-up step
            int i = 0;
            for (Parameter p : layout.parameters()) {
                Tensor w = weights.get(p.name());
                for (int j = 0; j < p.size(); j++, i++) {
                    m[i] = 0.9 * m[i] + 0.1 * clip * g[i];
                    v[i] = 0.95 * v[i] + 0.05 * clip * clip * g[i] * g[i];
                    double down =
                            m[i] / (1 - Math.pow(0.9, step)) / (Math.sqrt(v[i] / (1 - Math.pow(0.95, step))) + 1e-8);
                    double old = kernels.get(w, j);
                    kernels.set(w, j, old - rate * (down + (p.vector() ? 0 : 0.1 * old)));
                }
            }
        }
        double[] end = values(kernels, weights);
        for (int i = 0; i < end.length; i++) end[i] = start[i] - end[i];
        return end;
    }

    private void upload(ReferenceKernels kernels, Tokens tokens, int step, int shift) {
        CorpusWindows data = fixture.data();
        var order = new WindowOrder(data.seed(), (fixture.shard.length / 2 - 1) / STEPS.context());
        int[] ids = new int[tokens.count()];
        for (int i = 0; i < ids.length; i++) {
            int rank = data.first() + (step - 1) * STEPS.batch() + i / STEPS.context();
            int at = order.window(rank) * STEPS.context() + i % STEPS.context() + shift;
            ids[i] = (fixture.shard[2 * at] & 255) + 256 * (fixture.shard[2 * at + 1] & 255);
        }
        kernels.upload(tokens, ids);
    }

    private static double[] values(ReferenceKernels kernels, Parameters parameters) {
        double[] all = new double[parameters.layout().parameterCount()];
        int i = 0;
        for (Tensor view : parameters.views()) for (int j = 0; j < view.size(); j++) all[i++] = kernels.get(view, j);
        return all;
    }

    @Test
    void restart_usedForAnotherTaskBefore_updateIsTheSame() {
        var training = new LocalTraining(new ReferenceKernels(), Fixture.MODEL, STEPS);
        training.load(fixture.file, valuesAt);
        training.restart();
        training.step(STEPS, 1, new TaskWindows(fixture.shard, new CorpusWindows(fixture.corpus, 5, 0, 12), 5));
        training.restart();
        for (int step = 1; step <= STEPS.steps(); step++) training.step(STEPS, step, fixture.windows());
        assertThat(training.update()).isEqualTo(compute(fixture.windows()).update());
    }

    @Test
    void compute_otherWindows_updateDiffers() {
        var others = new TaskWindows(fixture.shard, new CorpusWindows(fixture.corpus, 11, 32, 12), 5);
        assertThat(compute(others).update())
                .isNotEqualTo(compute(fixture.windows()).update());
    }

    /** Also when the memory was used for a code before, and for the next task. */
    @ParameterizedTest
    @EnumSource
    void coded_anyForm_bytesAreTheCodecs(UpdateEncoding encoding) {
        var training = new LocalTraining(new ReferenceKernels(), Fixture.MODEL, STEPS);
        training.load(fixture.file, valuesAt);
        float[] update = training.run(STEPS, fixture.windows()).update();
        for (Slice slice : List.of(Slice.WHOLE, new Slice(1, 3))) {
            var form = new UpdateForm(encoding, slice, 0);
            assertThat(new Sender().encode(form, 1, training))
                    .isEqualTo(new Sender().encode(form, 1, training))
                    .isEqualTo(UpdateCodec.encode(encoding, slice.of(update)));
        }
        assertThat(training.run(STEPS, fixture.windows()).update()).isEqualTo(update);
    }

    private LocalResult compute(TaskWindows windows) {
        return LocalTraining.compute(new ReferenceKernels(), Fixture.MODEL, fixture.file, valuesAt, STEPS, windows);
    }

    @Test
    void windows_behindTheShard_refused() {
        assertThatThrownBy(() -> new TaskWindows(fixture.shard, new CorpusWindows(fixture.corpus, 1, 390, 12), 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the shard has 399 windows");
    }

    @Test
    void valuesAt_truncatedFile_refused() {
        byte[] shorter = java.util.Arrays.copyOf(fixture.file, fixture.file.length - 4);
        assertThatThrownBy(() -> WeightsFile.valuesAt(shorter, fixture.weights.length))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(WeightsFile.valuesAt(fixture.file, fixture.weights.length)).isEqualTo(valuesAt);
    }
}
