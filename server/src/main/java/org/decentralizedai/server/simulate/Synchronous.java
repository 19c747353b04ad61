package org.decentralizedai.server.simulate;

import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.simulate.Outcome.Point;
import org.decentralizedai.server.train.ModelChoice;
import org.decentralizedai.server.train.WindowSchedule;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.evaluation.HeldOut;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;

/**
 * The baseline: one machine trains without a crowd, step after step with an optimiser's state that is never reset and a learning
 * rate that falls along the same cosine, step by step. Same model, weights, data, tokens and kernels.
 */
final class Synchronous {
    private static final int STEPS_PER_LOAD = 64; // whose windows are ordered at once

    private Synchronous() {}

    static Outcome run(Scenario scenario, int threads) {
        try (var folder = TemporaryFolder.create();
                var kernels = new VectorKernels(threads)) {
            return run(scenario, kernels, folder.path());
        }
    }

    private static Outcome run(Scenario scenario, Kernels kernels, Path folder) {
        var recipe = scenario.recipe();
        var steps = recipe.steps();
        ModelConfig model = ModelChoice.config(scenario.model());
        var blobs = new FolderBlobStore(folder);
        var tokenizer = new ByteTokenizer();
        var corpus = scenario.corpus().build(folder, tokenizer, blobs);
        var schedule =
                new WindowSchedule(corpus.train(), steps.context(), STEPS_PER_LOAD * steps.batch(), scenario.seed());
        float[] weights = Initializer.weights(ParameterLayout.of(model), scenario.seed());

        var training = new LocalTraining(kernels, model, steps);
        training.load(HeldOutLoss.bytes(weights), 0);
        training.restart();
        var optimiser = scenario.variant().inner().endless(kernels, training);
        int tokensPerStep = steps.batch() * steps.context();
        int count = Math.toIntExact(scenario.tokens() / tokensPerStep);
        TaskWindows windows = null;
        for (int step = 1; step <= count; step++) {
            int within = (step - 1) % STEPS_PER_LOAD;
            if (windows == null || within == 0) windows = windows(schedule, step / STEPS_PER_LOAD, blobs, steps);
            double share = recipe.schedule().share((long) (step - 1) * tokensPerStep);
            optimiser.step(steps.withLearningRate(steps.learningRate() * share), step, windows, within * steps.batch());
        }
        float[] change = training.update();
        for (int i = 0; i < weights.length; i++) weights[i] -= change[i];

        var heldOut = HeldOut.load(corpus, blobs, tokenizer).all(steps.context());
        double loss = new HeldOutLoss(kernels, model, steps.context()).of(weights, heldOut);
        long tokens = (long) count * tokensPerStep;
        return new Outcome(
                loss,
                count,
                tokens,
                weights.length,
                Digests.of(HeldOutLoss.bytes(weights)),
                0,
                new Tally(),
                null,
                List.of(new Point(count, tokens, loss)));
    }

    private static TaskWindows windows(WindowSchedule schedule, long load, FolderBlobStore blobs, LocalSteps steps) {
        CorpusWindows data = schedule.windows(load);
        return new TaskWindows(blobs.get(data.shard()), data, steps.context());
    }
}
