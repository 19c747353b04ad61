package org.decentralizedai.model;

/**
 * Sizes of a Llama-style decoder; the fields of Hugging Face's {@code LlamaConfig} under our names.
 *
 * @param context greatest number of positions
 * @param tiedEmbeddings the output layer is the embedding table
 */
public record ModelConfig(
        int vocabulary,
        int hidden,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediate,
        int context,
        double ropeTheta,
        double rmsNormEpsilon,
        boolean tiedEmbeddings) {

    /** Bytes and eight specials: the vocabulary of the byte tokenizer. */
    public static final int BYTE_VOCABULARY = 264;

    public ModelConfig {
        positive("vocabulary", vocabulary);
        positive("hidden", hidden);
        positive("layers", layers);
        positive("heads", heads);
        positive("kvHeads", kvHeads);
        positive("headDim", headDim);
        positive("intermediate", intermediate);
        positive("context", context);
        if (heads % kvHeads != 0)
            throw new IllegalArgumentException("heads must be a multiple of kvHeads: " + heads + ", " + kvHeads);
        if (headDim % 4 != 0 || headDim > 128)
            throw new IllegalArgumentException("headDim must be a multiple of 4, at most 128: headDim=" + headDim);
        if (vocabulary > 65_536)
            throw new IllegalArgumentException("vocabulary must fit 16 bits: vocabulary=" + vocabulary);
        if (!(ropeTheta > 0) || !(rmsNormEpsilon > 0))
            throw new IllegalArgumentException(
                    "must be > 0: ropeTheta=" + ropeTheta + ", rmsNormEpsilon=" + rmsNormEpsilon);
    }

    private static void positive(String name, int value) {
        if (value <= 0 || value > 1 << 24)
            throw new IllegalArgumentException(name + " must be in 1.." + (1 << 24) + ": " + name + "=" + value);
    }

    /** 0.1 M parameters: learns in minutes on a software adapter. */
    public static ModelConfig nano() {
        return new ModelConfig(BYTE_VOCABULARY, 64, 2, 4, 2, 16, 176, 64, 10_000, 1e-5, true);
    }

    /** 0.8 M parameters, the size of nanoGPT's CPU configuration. */
    public static ModelConfig tiny() {
        return new ModelConfig(BYTE_VOCABULARY, 128, 4, 4, 4, 32, 352, 64, 10_000, 1e-5, true);
    }

    /** 30 M parameters. */
    public static ModelConfig small() {
        return new ModelConfig(BYTE_VOCABULARY, 512, 10, 8, 4, 64, 1408, 512, 10_000, 1e-5, true);
    }

    /** 120 M parameters with the byte vocabulary, 125 M with 8k tokens. */
    public static ModelConfig base() {
        return new ModelConfig(BYTE_VOCABULARY, 768, 16, 12, 4, 64, 2560, 1024, 10_000, 1e-5, true);
    }

    /** Width of all query heads together. */
    public int queryWidth() {
        return heads * headDim;
    }

    /** Width of all key (or value) heads together. */
    public int keyValueWidth() {
        return kvHeads * headDim;
    }

    /**
     * Floating-point operations to train on one token: 6 per weight that takes part in a matrix product (Kaplan et al. 2020)
     * and 12 * layers * width * context / 2 for causal attention.
     */
    public double trainingFlopsPerToken() {
        double perLayer = (double) hidden * (2 * queryWidth() + 2 * keyValueWidth()) + 3.0 * hidden * intermediate;
        double weights = layers * perLayer + (double) vocabulary * hidden;
        return 6 * weights + 6.0 * layers * queryWidth() * context;
    }
}
