package org.decentralizedai.server.train;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.Promotion;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Promotions as the blob store's pointer {@code promoted}, each with its report in the database. Thread-safe. */
final class PromotedPointer implements Promotions {
    private static final String NAME = "promoted";

    private final BlobStore blobs;
    private final CheckpointStore checkpoints;
    private final EventLedger events;
    private final ModelConfig model;
    private final List<Consumer<Promoted>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Promoted current;

    PromotedPointer(BlobStore blobs, CheckpointStore checkpoints, EventLedger events, ModelConfig model) {
        this.blobs = blobs;
        this.checkpoints = checkpoints;
        this.events = events;
        this.model = model;
        events.newestAccepted() // a crash may have come between report and pointer
                .map(Promotion::manifest)
                .filter(blobs::contains)
                .ifPresent(this::point);
        current = blobs.pointer(NAME)
                .flatMap(events::promotionOf)
                .map(this::promoted)
                .orElse(null);
    }

    private Promoted promoted(Promotion report) {
        return new Promoted(
                report.round(),
                checkpoints.read(report.manifest()),
                model,
                report.heldOutBits(),
                report.heldOutError(),
                report.decidedAtMillis());
    }

    /** Writes the report and then, when it accepts, moves the pointer; after a crash between the two the next start does it. */
    synchronized void decide(Promotion report) {
        events.promotion(report);
        if (!report.accepted()) return;
        point(report.manifest());
        var promoted = promoted(report);
        current = promoted;
        listeners.forEach(listener -> listener.accept(promoted));
    }

    private void point(Sha256 manifest) {
        var before = blobs.pointer(NAME);
        if (!before.equals(Optional.of(manifest)) && !blobs.casPointer(NAME, before, manifest))
            throw new IllegalStateException("somebody else moved the pointer to the promoted checkpoint");
    }

    @Override
    public Optional<Promoted> current() {
        return Optional.ofNullable(current);
    }

    @Override
    public void onChange(Consumer<Promoted> listener) {
        listeners.add(listener);
    }
}
