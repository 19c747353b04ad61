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

    /** Writes the report and, when it accepts, moves the pointer. */
    synchronized void decide(Promotion report) {
        events.promotion(report);
        if (!report.accepted()) return;
        if (!blobs.casPointer(NAME, blobs.pointer(NAME), report.manifest()))
            throw new IllegalStateException("somebody else moved the pointer to the promoted checkpoint");
        var promoted = promoted(report);
        current = promoted;
        listeners.forEach(listener -> listener.accept(promoted));
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
