package org.decentralizedai.server.train;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.evaluation.BigramTable;
import org.decentralizedai.store.evaluation.HeldOut;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the run of a data folder or makes it: model, recipe, corpus, and the bigram table's scores. */
final class RunOpening {
    private static final Logger LOG = LoggerFactory.getLogger(RunOpening.class);

    private final RunLedger runs;
    private final BlobStore blobs;
    private final Tokenizer tokenizer;

    RunOpening(RunLedger runs, BlobStore blobs, Tokenizer tokenizer) {
        this.runs = runs;
        this.blobs = blobs;
        this.tokenizer = tokenizer;
    }

    /** Everything about a run that does not change while it is trained. */
    record Opened(Run run, ModelConfig model, Recipe recipe, Corpus corpus, HeldOut heldOut) {}

    Opened open(RunRequest request) {
        var run = runs.find().orElseGet(() -> create(request));
        var model = ModelConfigJson.read(run.model().getBytes(StandardCharsets.UTF_8));
        requireSameModel(request, run, model);
        var recipe = request.recipe() == null ? Recipe.read(run.recipe()) : request.recipe();
        if (request.recipe() != null) runs.recipe(recipe.json());
        if (recipe.steps().context() > model.context())
            throw new IllegalArgumentException("the recipe's context must be <= the model's " + model.context() + ": "
                    + recipe.steps().context());
        var corpus = Corpus.load(blobs, run.corpus());
        return new Opened(run, model, recipe, corpus, HeldOut.load(corpus, blobs, tokenizer));
    }

    private void requireSameModel(RunRequest request, Run run, ModelConfig model) {
        var wanted = request.model();
        if (wanted == null
                || wanted.equals(run.modelName())
                || ModelChoice.config(wanted).equals(model)) return;
        throw new IllegalArgumentException("the data folder " + request.data() + " holds a run of the model "
                + run.modelName() + ", not of " + wanted + ": use another --data folder for another model");
    }

    private Run create(RunRequest request) {
        String wanted = request.model() == null ? RunRequest.DEFAULT_MODEL : request.model();
        var model = ModelChoice.config(wanted);
        if (model.vocabulary() != tokenizer.vocabulary())
            throw new IllegalArgumentException(
                    "vocab_size must be the tokenizer's " + tokenizer.vocabulary() + ": " + model.vocabulary());
        String name = ModelChoice.name(wanted);
        var recipe = request.recipe() == null ? Recipe.of(name, model) : request.recipe();
        var corpus = request.corpus().build(request.data(), tokenizer, blobs);
        var heldOut = HeldOut.load(corpus, blobs, tokenizer);
        var bigram = BigramTable.train(corpus, blobs);
        var random = new SecureRandom();
        byte[] suffix = new byte[4];
        random.nextBytes(suffix);
        var run = new Run(
                name + "-" + HexFormat.of().formatHex(suffix),
                name,
                new String(ModelConfigJson.write(model, tokenizer.endOfText()), StandardCharsets.UTF_8),
                recipe.json(),
                corpus.manifest(),
                request.seed() == null ? random.nextLong() : request.seed(),
                bigram.evaluate(heldOut.roundSample(model)).bitsPerByte(),
                bigram.evaluate(heldOut.all(model.context())).bitsPerByte(),
                false);
        runs.create(run);
        LOG.info(
                "run {}: {} train and {} held-out tokens; a bigram table scores {} bits per byte",
                run.id(),
                corpus.trainTokens(),
                corpus.heldOutTokens(),
                "%.4f".formatted(run.bigramAll()));
        return run;
    }
}
