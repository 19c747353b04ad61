package org.decentralizedai.store.djl;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.DefaultCorpus;
import org.decentralizedai.store.evaluation.BigramTable;
import org.decentralizedai.store.evaluation.Evaluation;
import org.decentralizedai.store.evaluation.HeldOut;
import org.decentralizedai.store.evaluation.HeldOutWindows;
import org.decentralizedai.store.tokenizer.ByteTokenizer;

/**
 * How many tokens does one core score and generate in a second? Argument: a data folder, which receives the default corpus.
 * Run with the test class path: {@code java -cp ... org.decentralizedai.store.djl.SpeedBenchmark target/data}.
 */
final class SpeedBenchmark {
    private SpeedBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path data = Files.createDirectories(Path.of(arguments[0]));
        var blobs = new FolderBlobStore(data.resolve("shards"));
        var tokenizer = new ByteTokenizer();
        Path texts = DefaultCorpus.fetch(data);
        long start = System.nanoTime();
        Corpus corpus = Corpus.build(texts, tokenizer, blobs, Corpus.DEFAULT_HELD_OUT_SHARE);
        System.out.printf(
                "corpus %.1f s: train %d documents %d bytes %d shards, held-out %d documents %d bytes; %s%n",
                (System.nanoTime() - start) / 1e9,
                corpus.trainDocuments(),
                corpus.trainBytes(),
                corpus.train().size(),
                corpus.heldOutDocuments(),
                corpus.heldOutBytes(),
                corpus.manifest());
        HeldOut heldOut = HeldOut.load(corpus, blobs, tokenizer);
        start = System.nanoTime();
        BigramTable table = BigramTable.train(corpus, blobs);
        Evaluation bigram = table.evaluate(heldOut.all(64));
        System.out.printf(
                "bigram %.1f s: alpha %s, %.4f +- %.4f bits per byte%n",
                (System.nanoTime() - start) / 1e9, table.alpha(), bigram.bitsPerByte(), bigram.bitsStandardError());
        var models = List.of(ModelConfig.nano(), ModelConfig.tiny(), ModelConfig.small(), ModelConfig.base());
        for (ModelConfig config : models.subList(0, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2))
            measure(config, heldOut);
    }

    private static void measure(ModelConfig config, HeldOut heldOut) {
        float[] weights = Initializer.weights(ParameterLayout.of(config), 1);
        HeldOutWindows sample = heldOut.roundSample(config);
        for (int i = 0; i < 2; i++) {
            long cpu = cpu(), wall = System.nanoTime();
            Evaluation evaluation = Evaluator.evaluate(config, weights, sample);
            double seconds = (cpu() - cpu) / 1e9;
            System.out.printf(
                    "%d parameters: evaluate %d tokens, CPU %.2f s, wall %.2f s, %.0f tokens per CPU second, %.1f GFLOP/s, %.4f +- %.4f bits per byte%n",
                    weights.length,
                    evaluation.tokens(),
                    seconds,
                    (System.nanoTime() - wall) / 1e9,
                    evaluation.tokens() / seconds,
                    evaluation.tokens() * config.trainingFlopsPerToken() / 3 / seconds / 1e9,
                    evaluation.bitsPerByte(),
                    evaluation.bitsStandardError());
        }
        try (var generator = new Generator(config, weights)) {
            for (int i = 0; i < 2; i++) {
                int count = weights.length > 10_000_000 ? 60 : 600;
                long cpu = cpu(), wall = System.nanoTime();
                generator.generate(
                        new int[] {'A'}, new Sampling(1, 0.95, count, i, Set.of()), (token, logProbability) -> true);
                double seconds = (cpu() - cpu) / 1e9;
                System.out.printf(
                        "generate %d tokens, %.0f per CPU second, %.0f by the clock%n",
                        count, count / seconds, count / ((System.nanoTime() - wall) / 1e9));
            }
        }
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
