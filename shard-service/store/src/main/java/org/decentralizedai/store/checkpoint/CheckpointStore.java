package org.decentralizedai.store.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;

/** Writes and reads checkpoints. Thread-safe. */
public final class CheckpointStore {
    private final BlobStore blobs;

    public CheckpointStore(BlobStore blobs) {
        this.blobs = blobs;
    }

    /**
     * Equal weights and metadata give equal bytes and so the same checkpoint.
     *
     * @param weights packed in layout order
     * @param metadata for {@code __metadata__}; {@code format: pt} is added
     */
    public Checkpoint write(ModelConfig config, float[] weights, Map<String, String> metadata) {
        var pieces = new PieceOutputStream(blobs);
        try (pieces) {
            Safetensors.write(pieces, ParameterLayout.of(config), weights, metadata);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return CheckpointManifest.store(blobs, pieces.hash(), pieces.pieces(), pieces.bytes());
    }

    /**
     * The checkpoint that a manifest blob describes: what a pointer of the blob store leads to.
     *
     * @throws CheckpointException when the blob is no manifest
     */
    public Checkpoint read(Sha256 manifest) {
        return CheckpointManifest.load(blobs, manifest);
    }

    /**
     * Packed in layout order. Every piece, the whole file's hash and every name and shape are checked.
     *
     * @throws CheckpointException when the file is not a checkpoint of this model
     */
    public float[] weights(Checkpoint checkpoint, ModelConfig config) {
        return contents(checkpoint, config).weights();
    }

    /** {@code __metadata__} of the file; checks all that {@link #weights} checks. */
    public Map<String, String> metadata(Checkpoint checkpoint, ModelConfig config) {
        return contents(checkpoint, config).metadata();
    }

    private Safetensors.Contents contents(Checkpoint checkpoint, ModelConfig config) {
        try (var in = new DigestInputStream(open(checkpoint), Digests.sha256())) {
            var contents = Safetensors.read(in, checkpoint.bytes(), ParameterLayout.of(config));
            if (in.read() >= 0)
                throw new CheckpointException("the file goes on after " + checkpoint.bytes() + " bytes");
            Sha256 hash = Sha256.of(in.getMessageDigest().digest());
            if (!hash.equals(checkpoint.hash()))
                throw new CheckpointException("the file's hash must be " + checkpoint.hash() + ": " + hash);
            return contents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The safetensors file as it was written. */
    public InputStream open(Checkpoint checkpoint) {
        return new PieceInputStream(blobs, checkpoint.pieces());
    }

    /**
     * Writes model.safetensors, config.json, tokenizer.json, tokenizer_config.json and generation_config.json, as Hugging
     * Face's tools load them, into a folder that is made if it is missing.
     */
    public void export(Checkpoint checkpoint, ModelConfig config, Tokenizer tokenizer, Path folder) {
        try (InputStream file = open(checkpoint)) {
            HuggingFaceFolder.write(file, config, tokenizer, folder);
        } catch (IOException e) {
            throw new CheckpointException("could not export to " + folder + ": " + e, e);
        }
    }

    /** Any bytes as blobs of {@code BlobStore.MAX_BLOB} bytes, the last one shorter. */
    public List<Sha256> writePieces(byte[] content) {
        var pieces = new PieceOutputStream(blobs);
        try (pieces) {
            pieces.write(content, 0, content.length);
        }
        return pieces.pieces();
    }

    /** What {@link #writePieces} wrote. */
    public byte[] readPieces(List<Sha256> pieces) {
        var content = new ByteArrayOutputStream();
        for (Sha256 piece : pieces) content.writeBytes(blobs.get(piece));
        return content.toByteArray();
    }

    /**
     * Removes a checkpoint's blobs, except those that something else needs too.
     *
     * @throws org.decentralizedai.store.blob.BlobException while a pointer names the checkpoint; nothing is removed
     */
    public void delete(Checkpoint checkpoint, Set<Sha256> needed) {
        if (needed.contains(checkpoint.manifest())) return;
        blobs.delete(
                checkpoint.manifest()); // first: a crash then leaves unreachable pieces, never a checkpoint with holes
        for (Sha256 piece : checkpoint.pieces()) if (!needed.contains(piece)) blobs.delete(piece);
    }
}
