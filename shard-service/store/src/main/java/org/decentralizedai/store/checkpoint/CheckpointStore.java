package org.decentralizedai.store.checkpoint;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;

/** Writes and reads checkpoints. Thread-safe. */
public final class CheckpointStore {
    public CheckpointStore(BlobStore blobs) {}

    /** Equal weights and metadata give equal bytes and so the same checkpoint. @param weights packed in layout order */
    public Checkpoint write(ModelConfig config, float[] weights, Map<String, String> metadata) {
        throw new UnsupportedOperationException();
    }

    /** The checkpoint that a manifest blob describes: what a pointer of the blob store leads to. */
    public Checkpoint read(Sha256 manifest) {
        throw new UnsupportedOperationException();
    }

    /** Packed in layout order. Every piece, the whole file's hash and every name and shape are checked. */
    public float[] weights(Checkpoint checkpoint, ModelConfig config) {
        throw new UnsupportedOperationException();
    }

    /** {@code __metadata__} of the file. */
    public Map<String, String> metadata(Checkpoint checkpoint) {
        throw new UnsupportedOperationException();
    }

    /** Writes model.safetensors, config.json, tokenizer.json, tokenizer_config.json and generation_config.json. */
    public void export(Checkpoint checkpoint, ModelConfig config, Tokenizer tokenizer, Path folder) {
        throw new UnsupportedOperationException();
    }

    /** Removes a checkpoint's blobs, except those that one of {@code kept} needs too. */
    public void delete(Checkpoint checkpoint, Collection<Checkpoint> kept) {
        throw new UnsupportedOperationException();
    }
}
