package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.jspecify.annotations.Nullable;

/** The checkpoints of the rounds with their optimiser state: written, read, and thinned by {@link Retention}. */
final class CheckpointShelf {
    private final BlobStore blobs;
    private final CheckpointStore store;
    private final RoundLedger rounds;
    private final Run run;
    private final ModelConfig model;
    private final Retention retention;

    CheckpointShelf(
            BlobStore blobs,
            CheckpointStore store,
            RoundLedger rounds,
            Run run,
            ModelConfig model,
            Retention retention) {
        this.blobs = blobs;
        this.store = store;
        this.rounds = rounds;
        this.run = run;
        this.model = model;
        this.retention = retention;
    }

    Checkpoint write(int round, float[] weights) {
        return store.write(model, weights, metadata(round, "weights"));
    }

    /** The momentum lies in a file of the same layout as the weights; null stays null. */
    @Nullable
    Checkpoint writeMomentum(int round, float @Nullable [] momentum) {
        return momentum == null ? null : store.write(model, momentum, metadata(round, "outer momentum"));
    }

    private Map<String, String> metadata(int round, String holds) {
        return Map.of("format", "pt", "holds", holds, "round", String.valueOf(round), "run", run.id());
    }

    Checkpoint checkpoint(Round round) {
        return store.read(round.manifest());
    }

    float[] weights(Round round) {
        return store.weights(checkpoint(round), model);
    }

    float @Nullable [] momentum(Round round) {
        return round.optimizer() == null ? null : store.weights(store.read(round.optimizer()), model);
    }

    /** Deletes what retention does not keep; blobs that a kept checkpoint shares stay. Safe to repeat after a crash. */
    void thin(int current, Optional<Promotions.Promoted> promoted, IntPredicate inUse) {
        var thinned = new ArrayList<Round>();
        var kept = new ArrayList<Checkpoint>();
        promoted.ifPresent(p -> kept.add(p.checkpoint()));
        for (Round round : rounds.stored()) {
            boolean serves = promoted.isPresent()
                    && promoted.get().checkpoint().manifest().equals(round.manifest());
            if (serves || inUse.test(round.number()) || retention.keeps(round.number(), current))
                kept.addAll(files(round));
            else thinned.add(round);
        }
        for (Round round : thinned) {
            for (Checkpoint file : files(round)) store.delete(file, kept);
            rounds.thinned(round.number());
        }
    }

    private List<Checkpoint> files(Round round) {
        var files = new ArrayList<Checkpoint>();
        if (blobs.contains(round.manifest())) files.add(checkpoint(round));
        if (round.optimizer() != null && blobs.contains(round.optimizer())) files.add(store.read(round.optimizer()));
        return files;
    }
}
