package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InnerLoopTest {
    /** The head is not the embedding table, so that there are two tables. */
    private static final ModelConfig MODEL = new ModelConfig(19, 8, 2, 2, 1, 4, 12, 16, 10_000, 1e-5, false);

    private static final ParameterLayout LAYOUT = ParameterLayout.of(MODEL);
    private static final int BATCH = 2, CONTEXT = 16, STEPS = 12;
    private static final LocalSteps LONG = steps(STEPS);
    private static final Sha256 SHARD = new Sha256("0".repeat(64));

    private final Kernels kernels = new ReferenceKernels(); // whose bits do not depend on the JIT
    private final byte[] shard = shard();
    private final float[] start = Initializer.weights(LAYOUT, 5);

    private static LocalSteps steps(int steps) {
        return new LocalSteps(steps, BATCH, 1, CONTEXT, 1e-2, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
    }

    private static byte[] shard() {
        var random = new Random(3);
        byte[] shard = new byte[2 * 1200];
        for (int i = 0; i < shard.length; i += 2)
            shard[i] = (byte) (i / 2 % 3 == 0 ? 7 : random.nextInt(MODEL.vocabulary()));
        return shard;
    }

    private TaskWindows windows(int first, int count) {
        return new TaskWindows(shard, new CorpusWindows(SHARD, 9, first, count), CONTEXT);
    }

    private LocalTraining training(float[] weights) {
        var training = new LocalTraining(kernels, MODEL, LONG);
        training.load(HeldOutLoss.bytes(weights), 0);
        return training;
    }

    @AfterEach
    void close() {
        kernels.close();
    }

    /** And the loop has no memory but what it hands out. */
    @ParameterizedTest
    @EnumSource(Inner.class)
    void run_again_givesTheSameBits(Inner inner) {
        var training = training(start);
        var loop = inner.loop(kernels, training);
        var kept = loop.run(LONG, windows(0, LONG.windows()), null).kept();
        float[] once =
                loop.run(LONG, windows(24, LONG.windows()), kept).result().update();
        loop.run(LONG, windows(5, LONG.windows()), kept);
        float[] again =
                loop.run(LONG, windows(24, LONG.windows()), kept).result().update();
        assertThat(again).isEqualTo(once);
        assertThat(kept != null).isEqualTo(inner == Inner.ADAMW_CARRIED);
    }

    @ParameterizedTest
    @EnumSource(value = Inner.class, names = "MUON", mode = EnumSource.Mode.EXCLUDE)
    void run_fromNothing_isWhatEveryWorkerComputes(Inner inner) {
        var computed = inner.loop(kernels, training(start)).run(LONG, windows(0, LONG.windows()), null);
        var worker =
                LocalTraining.compute(kernels, MODEL, HeldOutLoss.bytes(start), 0, LONG, windows(0, LONG.windows()));
        assertThat(computed.result().update()).isEqualTo(worker.update());
        assertThat(computed.result().firstLoss()).isEqualTo(worker.firstLoss());
        assertThat(computed.result().lastLoss()).isEqualTo(worker.lastLoss());
    }

    @Test
    void carried_tasksOfOneStep_areOneLongTask() {
        float[] atOnce =
                moved(start, Inner.ADAMW.loop(kernels, training(start)).run(LONG, windows(0, LONG.windows()), null));
        float[] weights = start.clone();
        var training = training(start);
        var loop = Inner.ADAMW_CARRIED.loop(kernels, training);
        Moments kept = null;
        for (int task = 0; task < STEPS; task++) {
            training.load(HeldOutLoss.bytes(weights), 0);
            var computed = loop.run(steps(1), windows(task * BATCH, BATCH), kept);
            weights = moved(weights, computed);
            kept = computed.kept();
        }
        assertThat(distance(atOnce, start)).isGreaterThan(0.05);
        assertThat(distance(weights, atOnce)).isLessThan(1e-5);
    }

    @Test
    void carried_secondTask_doesNotRiseAgain() {
        var loop = Inner.ADAMW_CARRIED.loop(kernels, training(start));
        var first = loop.run(LONG, windows(0, LONG.windows()), null);
        var one = steps(1);
        float[] fresh = loop.run(one, windows(0, BATCH), null).result().update();
        float[] later = loop.run(one, windows(0, BATCH), first.kept()).result().update();
        double quarter = 0.25 * one.learningRate(); // the first of four parts of the rise
        assertThat(greatest(fresh)).isLessThan(1.01 * quarter * (1 + one.weightDecay() * greatest(start)));
        assertThat(greatest(later)).isGreaterThan(0.7 * one.learningRate());
    }

    private static float[] moved(float[] weights, InnerLoop.Computed computed) {
        float[] moved = weights.clone(), update = computed.result().update();
        for (int i = 0; i < moved.length; i++) moved[i] -= update[i];
        return moved;
    }

    private static double distance(float[] a, float[] b) {
        double greatest = 0;
        for (int i = 0; i < a.length; i++) greatest = Math.max(greatest, Math.abs((double) a[i] - b[i]));
        return greatest;
    }

    private static double greatest(float[] values) {
        return distance(values, new float[values.length]);
    }

    /** Step by step, each from where ours is: nothing in common but the gradient. */
    @Test
    void muon_eachStep_isTheNaiveOne() {
        var training = training(start);
        training.restart();
        var memory = training.memory();
        var muon = new Muon(kernels, training);
        var windows = windows(0, LONG.windows());
        List<Parameter> parameters = LAYOUT.parameters();
        double[][] m = new double[parameters.size()][], v = new double[parameters.size()][];
        for (int step = 1; step <= 4; step++) {
            training.gradient(windows, (step - 1) * BATCH);
            float[][] before = values(memory.weights().views()),
                    gradients = values(memory.gradients().views());
            double clip = Math.min(1, LONG.clipNorm() / norm(gradients));
            muon.step(LONG, step, windows, (step - 1) * BATCH);
            float[][] after = values(memory.weights().views());
            double rate = LONG.learningRate() * step / 4;
            for (int p = 0; p < parameters.size(); p++) {
                if (step == 1) {
                    m[p] = new double[before[p].length];
                    v[p] = new double[before[p].length];
                }
                double[] direction = direction(parameters.get(p), gradients[p], clip, step, m[p], v[p]);
                for (int i = 0; i < direction.length; i++) {
                    double decay = parameters.get(p).vector() ? 0 : 0.1 * before[p][i];
                    assertThat((double) after[p][i])
                            .as("step %d, %s", step, parameters.get(p).name())
                            .isCloseTo(before[p][i] - rate * (direction[i] + decay), within(2e-6));
                }
            }
        }
    }

    private static double[] direction(Parameter parameter, float[] g, double clip, int step, double[] m, double[] v) {
        return parameter.name().contains("_proj") ? muon(parameter, g, clip, m) : adam(g, clip, step, m, v);
    }

    private static double[] muon(Parameter parameter, float[] g, double clip, double[] m) {
        int rows = parameter.shape().rows(), columns = parameter.shape().columns();
        double[][] nesterov = new double[rows][columns];
        for (int i = 0; i < m.length; i++) {
            m[i] = 0.95 * m[i] + clip * g[i];
            nesterov[i / columns][i % columns] = clip * g[i] + 0.95 * m[i];
        }
        double[][] o = NaiveNewtonSchulz.orthogonal(nesterov);
        double[] direction = new double[m.length];
        for (int i = 0; i < m.length; i++)
            direction[i] = 0.2 * Math.sqrt(Math.max(rows, columns)) * o[i / columns][i % columns];
        return direction;
    }

    private static double[] adam(float[] g, double clip, int step, double[] m, double[] v) {
        double[] direction = new double[m.length];
        for (int i = 0; i < m.length; i++) {
            m[i] = 0.9 * m[i] + 0.1 * clip * g[i];
            v[i] = 0.95 * v[i] + 0.05 * clip * clip * g[i] * g[i];
            direction[i] = m[i] / (1 - Math.pow(0.9, step)) / (Math.sqrt(v[i] / (1 - Math.pow(0.95, step))) + 1e-8);
        }
        return direction;
    }

    private float[][] values(List<Tensor> views) {
        return views.stream().map(kernels::read).toArray(float[][]::new);
    }

    private static double norm(float[][] all) {
        double squares = 0;
        for (float[] values : all) for (float value : values) squares += (double) value * value;
        return Math.sqrt(squares);
    }
}
