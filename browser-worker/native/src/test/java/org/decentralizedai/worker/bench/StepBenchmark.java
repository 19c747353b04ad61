package org.decentralizedai.worker.bench;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.djl.TorchTraining;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;

/** A whole training step (forward, loss, backward, clip, AdamW) against PyTorch's, tokens per second. */
final class StepBenchmark {
    private static final int STEPS = 10;
    /** Relative difference of the losses of the first steps that two f32 implementations may show. */
    private static final double AGREE = 1e-4;

    record Case(String model, ModelConfig config, int batch) {
        @Override
        public String toString() {
            return model + " batch " + batch + " context " + config.context();
        }
    }

    private final Rounds rounds;
    private final int threads;

    StepBenchmark(Rounds rounds, int threads) {
        this.rounds = rounds;
        this.threads = threads;
    }

    void run(Case model) {
        ModelConfig config = model.config;
        int context = config.context(), batch = model.batch;
        var steps = new LocalSteps(STEPS, batch, batch, context, 1e-3, 0, 0.9, 0.95, 1e-8, 0.1, 1);
        float[] weights = RandomTask.weights(config);
        TaskWindows windows = RandomTask.windows(config, steps);
        try (var kernels = new VectorKernels(threads);
                var theirs = new TorchTraining(config, weights, steps, threads)) {
            var ours = new LocalTraining(kernels, config, steps);
            ours.load(RandomTask.packed(weights), 0);
            ours.restart();
            var ourSteps = new Counter();
            var theirSteps = new Counter();
            Step our = step -> ours.step(steps, step, windows);
            Step their = step -> theirs.step(
                    step, windows.inputs((step - 1) * batch, batch), windows.targets((step - 1) * batch, batch));
            double difference = 0;
            for (int i = 0; i < STEPS; i++) {
                double loss = our.loss(ourSteps.next()), expected = their.loss(theirSteps.next());
                difference = Math.max(difference, Math.abs(loss - expected) / expected);
            }
            if (!(difference < AGREE)) throw new IllegalStateException(model + ": losses differ by " + difference);
            rounds.inTurn(() -> our.loss(ourSteps.next()), () -> their.loss(theirSteps.next()))
                    .line("native", "step " + model, "tokens/s", batch * context, threads, "PyTorch", difference)
                    .print();
        }
    }

    private interface Step {
        double loss(int step);
    }

    /** Walks through the windows again and again. */
    private static final class Counter {
        private int taken;

        int next() {
            return 1 + taken++ % STEPS;
        }
    }
}
