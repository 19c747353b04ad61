package org.decentralizedai.store.corpus;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Sha256;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A corpus as JSON: the fields of {@link Corpus} in their order, each shard as [hash, tokens]. */
final class CorpusManifest {
    private static final String FORMAT = "decentralizedai.corpus.1";
    private static final JsonMapper JSON = JsonMapper.shared();

    private CorpusManifest() {}

    /** @param sizes documents and bytes: train, held-out, train, held-out */
    static Corpus store(
            BlobStore blobs,
            Sha256 tokenizer,
            int vocabulary,
            List<CorpusShard> train,
            List<CorpusShard> heldOut,
            long[] sizes) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT).put("tokenizer", tokenizer.hex()).put("vocabulary", vocabulary);
        shards(root, "train", train);
        shards(root, "heldOut", heldOut);
        root.put("trainDocuments", sizes[0]).put("heldOutDocuments", sizes[1]);
        root.put("trainBytes", sizes[2]).put("heldOutBytes", sizes[3]);
        Sha256 manifest = blobs.put(JSON.writeValueAsBytes(root));
        return new Corpus(manifest, tokenizer, vocabulary, train, heldOut, sizes[0], sizes[1], sizes[2], sizes[3]);
    }

    private static void shards(ObjectNode root, String name, List<CorpusShard> shards) {
        var array = root.putArray(name);
        for (CorpusShard shard : shards)
            array.addArray().add(shard.hash().hex()).add(shard.tokens());
    }

    static Corpus load(BlobStore blobs, Sha256 manifest) {
        try {
            JsonNode root = JSON.readTree(blobs.get(manifest));
            if (!root.path("format").asString("").equals(FORMAT))
                throw new CorpusException("blob " + manifest + " is no corpus manifest of format " + FORMAT);
            return new Corpus(
                    manifest,
                    new Sha256(root.required("tokenizer").stringValue()),
                    root.required("vocabulary").intValue(),
                    shards(root.required("train")),
                    shards(root.required("heldOut")),
                    root.required("trainDocuments").longValue(),
                    root.required("heldOutDocuments").longValue(),
                    root.required("trainBytes").longValue(),
                    root.required("heldOutBytes").longValue());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new CorpusException("blob " + manifest + " is no corpus manifest: " + e.getMessage(), e);
        }
    }

    private static List<CorpusShard> shards(JsonNode array) {
        List<CorpusShard> shards = new ArrayList<>();
        for (JsonNode shard : array)
            shards.add(new CorpusShard(
                    new Sha256(shard.required(0).stringValue()),
                    shard.required(1).intValue()));
        return shards;
    }
}
