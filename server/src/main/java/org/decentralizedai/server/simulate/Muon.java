package org.decentralizedai.server.simulate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.AdamW;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.StepMemory;
import org.decentralizedai.worker.TaskWindows;

/**
 * Muon (Jordan et al. 2024): M ← μ M + G, W ← W − η (s O + λ W), where O is G + μ M (Nesterov) made orthogonal by
 * {@link NewtonSchulz} and s = 0.2 √max(rows, columns) gives it the size of AdamW's steps, so that η and λ are AdamW's too (Liu et
 * al. 2025). Only for the layers' matrices: tables with a row for each token, in and out, and the norms' vectors get AdamW. All
 * gradients are clipped together, as AdamW's are. M lies where AdamW has its first moment and is zero after a restart. Used by one
 * thread.
 */
final class Muon implements InnerStep {
    private static final double MOMENTUM = 0.95, LIKE_ADAMW = 0.2;

    private final Kernels kernels;
    private final LocalTraining training;
    private final StepMemory memory;
    private final Tensor norm2;
    private final Map<Shape, NewtonSchulz> orthogonalisers = new HashMap<>();
    private final List<Matrix> matrices = new ArrayList<>();
    private final List<Others> others = new ArrayList<>();

    private record Matrix(Tensor weights, Tensor gradient, Tensor momentum, NewtonSchulz orthogonaliser) {}

    private record Others(Tensor weights, Tensor gradient, Tensor moment1, Tensor moment2, int decayed) {}

    Muon(Kernels kernels, LocalTraining training) {
        this.kernels = kernels;
        this.training = training;
        memory = training.memory();
        norm2 = kernels.allocate(Shape.of(1, 1));
        var parameters = memory.weights().layout().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            if (orthogonal(parameter)) matrices.add(matrix(i, parameter.shape()));
            else others.add(others(i, parameter.vector() ? 0 : parameter.size()));
        }
    }

    private static boolean orthogonal(Parameter parameter) {
        return !parameter.vector() && parameter.name().startsWith("model.layers.");
    }

    private Matrix matrix(int i, Shape shape) {
        return new Matrix(
                memory.weights().views().get(i),
                memory.gradients().views().get(i),
                memory.moment1().views().get(i),
                orthogonalisers.computeIfAbsent(shape, _ -> new NewtonSchulz(kernels, shape)));
    }

    private Others others(int i, int decayed) {
        return new Others(
                memory.weights().views().get(i),
                memory.gradients().views().get(i),
                memory.moment1().views().get(i),
                memory.moment2().views().get(i),
                decayed);
    }

    /** The greatest |s O| of any matrix: no element exceeds the greatest singular value. */
    static double greatestStep(ParameterLayout layout) {
        return layout.parameters().stream()
                .filter(Muon::orthogonal)
                .mapToDouble(parameter -> NewtonSchulz.GREATEST * scale(parameter.shape()))
                .max()
                .orElse(0);
    }

    private static double scale(Shape shape) {
        return LIKE_ADAMW * Math.sqrt(Math.max(shape.rows(), shape.columns()));
    }

    @Override
    public double step(LocalSteps steps, int step, TaskWindows windows, int first) {
        training.gradient(windows, first);
        var gradients = memory.gradients().segments();
        for (int s = 0; s < gradients.size(); s++) kernels.squaredNorm(norm2, gradients.get(s), s > 0);
        double norm = Math.sqrt(kernels.read(norm2)[0]);
        double clip = steps.clipNorm() > 0 && norm > steps.clipNorm() ? steps.clipNorm() / norm : 1;
        for (Matrix matrix : matrices) descend(matrix, steps.learningRate(step), steps.weightDecay(), clip);
        for (Others rest : others) adamW(rest, steps, step);
        return training.loss();
    }

    private void descend(Matrix matrix, double rate, double decay, double clip) {
        float[] g = kernels.read(matrix.gradient()), m = kernels.read(matrix.momentum());
        for (int i = 0; i < g.length; i++) {
            double clipped = clip * g[i];
            m[i] = (float) (MOMENTUM * m[i] + clipped);
            g[i] = (float) (clipped + MOMENTUM * m[i]);
        }
        kernels.upload(matrix.momentum(), m);
        float[] o = matrix.orthogonaliser().orthogonal(g), w = kernels.read(matrix.weights());
        double s = scale(matrix.weights().shape());
        for (int i = 0; i < w.length; i++) w[i] = (float) (w[i] - rate * (s * o[i] + decay * w[i]));
        kernels.upload(matrix.weights(), w);
    }

    private void adamW(Others rest, LocalSteps steps, int step) {
        kernels.adamW(
                rest.weights(),
                rest.gradient(),
                rest.moment1(),
                rest.moment2(),
                norm2,
                new AdamW(
                        steps.learningRate(step),
                        steps.beta1(),
                        steps.beta2(),
                        steps.epsilon(),
                        steps.weightDecay(),
                        steps.clipNorm(),
                        step,
                        rest.decayed()));
    }
}
