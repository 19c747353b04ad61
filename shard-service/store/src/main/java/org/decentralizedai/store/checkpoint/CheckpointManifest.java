package org.decentralizedai.store.checkpoint;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Sha256;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A checkpoint as JSON: {@code {"format":"decentralizedai.checkpoint.1","sha256":...,"bytes":...,"pieces":[...]}}. */
final class CheckpointManifest {
    private static final String FORMAT = "decentralizedai.checkpoint.1";
    private static final JsonMapper JSON = JsonMapper.shared();

    private CheckpointManifest() {}

    static Checkpoint store(BlobStore blobs, Sha256 hash, List<Sha256> pieces, long bytes) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT).put("sha256", hash.hex()).put("bytes", bytes);
        var array = root.putArray("pieces");
        for (Sha256 piece : pieces) array.add(piece.hex());
        return new Checkpoint(blobs.put(JSON.writeValueAsBytes(root)), hash, pieces, bytes);
    }

    static Checkpoint load(BlobStore blobs, Sha256 manifest) {
        try {
            JsonNode root = JSON.readTree(blobs.get(manifest));
            if (!root.path("format").asString("").equals(FORMAT))
                throw new CheckpointException("blob " + manifest + " is no checkpoint manifest of format " + FORMAT);
            List<Sha256> pieces = new ArrayList<>();
            for (JsonNode piece : root.required("pieces")) pieces.add(new Sha256(piece.stringValue()));
            return new Checkpoint(
                    manifest,
                    new Sha256(root.required("sha256").stringValue()),
                    pieces,
                    root.required("bytes").longValue());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new CheckpointException("blob " + manifest + " is no checkpoint manifest: " + e.getMessage(), e);
        }
    }
}
