package org.decentralizedai.server.state;

import java.util.List;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What a round has in the blob store: the weights it starts from, the state of the outer step that made them, and that step.
 *
 * @param manifest blob that names the pieces of the checkpoint
 * @param checkpoint hash of the whole safetensors file
 * @param bytes of that file
 * @param momentum manifest of the outer momentum; null when there is none
 * @param carry manifest of what the coded step rounded away; null when there is none
 * @param delta from the checkpoint of the round before; null when there is none, or none any more
 * @param moment second moment that the round's tasks are computed along; null when there is none
 */
public record RoundFiles(
        Sha256 manifest,
        Sha256 checkpoint,
        long bytes,
        @Nullable Sha256 momentum,
        @Nullable Sha256 carry,
        @Nullable Delta delta,
        @Nullable Moment moment) {

    /** The bytes of a {@link org.decentralizedai.compress.CheckpointDelta}, cut into blobs. */
    public record Delta(List<Sha256> pieces, int bytes) {
        public Delta {
            pieces = List.copyOf(pieces);
        }
    }

    /** @param running manifest of v @param published pieces of what workers load */
    public record Moment(Sha256 running, List<Sha256> published) {
        public Moment {
            published = List.copyOf(published);
        }
    }

    /** The same for a round that did not come about by that step. */
    public RoundFiles withoutDelta() {
        return new RoundFiles(manifest, checkpoint, bytes, momentum, carry, null, moment);
    }
}
