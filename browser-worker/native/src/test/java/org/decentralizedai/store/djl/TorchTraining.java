package org.decentralizedai.store.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.LocalSteps;

/**
 * The training of {@code LocalTraining} in PyTorch through DJL: the peer that it is measured against. Java numbers appear only
 * where nothing is differentiated. Lies in this package for {@link DjlDecoder}.
 */
public final class TorchTraining implements AutoCloseable {
    private record Learned(NDArray weight, NDArray moment1, NDArray moment2, boolean decayed) {}

    private final DjlDecoder decoder;
    private final LocalSteps steps;
    private final List<Learned> parameters = new ArrayList<>();

    /** @param packed weights in layout order */
    public TorchTraining(ModelConfig config, float[] packed, LocalSteps steps, int threads) {
        Torch.threads(threads);
        this.steps = steps;
        decoder = new DjlDecoder(config, packed);
        for (Parameter p : ParameterLayout.of(config).parameters()) {
            NDArray weight = decoder.weights().get(p.name());
            weight.setRequiresGradient(true);
            parameters.add(new Learned(
                    weight,
                    decoder.manager().zeros(weight.getShape()),
                    decoder.manager().zeros(weight.getShape()),
                    !p.vector()));
        }
    }

    /**
     * @param step counts from 1
     * @return mean loss before the step, nats per token
     */
    public double step(int step, int[] inputs, int[] targets) {
        try (var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double loss;
            try (var collector = Engine.getInstance().newGradientCollector()) {
                NDArray mean = decoder.losses(tokens(inputs), tokens(targets)).mean();
                collector.backward(mean);
                loss = mean.getFloat();
            }
            descend(step);
            return loss;
        }
    }

    private NDArray tokens(int[] ids) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) longs[i] = ids[i];
        return decoder.tokens(longs, steps.batch());
    }

    private void descend(int step) {
        var gradients = new ArrayList<NDArray>();
        var squares = new NDList();
        for (Learned p : parameters) {
            NDArray gradient = p.weight.getGradient();
            gradients.add(gradient);
            squares.add(gradient.square().sum().reshape(1));
        }
        double norm = Math.sqrt(NDArrays.concat(squares).sum().getFloat());
        double clip = norm > steps.clipNorm() ? steps.clipNorm() / norm : 1;
        for (int i = 0; i < parameters.size(); i++) descend(parameters.get(i), gradients.get(i), clip, step);
    }

    private void descend(Learned p, NDArray gradient, double clip, int step) {
        double rate = steps.learningRate(step);
        double correction1 = 1 / (1 - Math.pow(steps.beta1(), step));
        double correction2 = 1 / (1 - Math.pow(steps.beta2(), step));
        if (clip != 1) gradient.muli(clip);
        p.moment1.muli(steps.beta1()).addi(gradient.mul(1 - steps.beta1()));
        p.moment2.muli(steps.beta2()).addi(gradient.square().muli(1 - steps.beta2()));
        NDArray root = p.moment2.mul(correction2).sqrt().addi(steps.epsilon());
        if (p.decayed) p.weight.muli(1 - rate * steps.weightDecay());
        p.weight.subi(p.moment1.mul(rate * correction1).divi(root));
        gradient.muli(0); // the next backward adds to it
    }

    @Override
    public void close() {
        decoder.close();
    }
}
