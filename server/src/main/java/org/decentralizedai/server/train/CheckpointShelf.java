package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of the rounds with the state of the outer step, thinned by {@link Retention}, and the deltas between the last of
 * them, which go when no task lists them any more.
 */
final class CheckpointShelf {
    private final BlobStore blobs;
    private final CheckpointStore store;
    private final RoundLedger rounds;
    private final StateFiles values;
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
        this.values = new StateFiles(store, model, run.id());
        this.retention = retention;
    }

    /** @param delta the step that led to these weights; null when there is none */
    RoundFiles write(float[] weights, OuterState state, byte @Nullable [] delta) {
        return values.write(weights, state, delta);
    }

    Checkpoint checkpoint(Round round) {
        return store.read(round.files().manifest());
    }

    float[] weights(Round round) {
        return values.values(round.files().manifest());
    }

    OuterState state(Round round) {
        return values.state(round.files());
    }

    /** The oldest round that is sure to be kept; its updates are kept too. */
    int oldestRecent(Round current) {
        return retention.oldestRecent(current.number());
    }

    /** Deletes what neither retention nor a task needs; blobs that something kept shares stay. Safe to repeat after a crash. */
    void thin(Round current, Optional<Promotions.Promoted> promoted, IntPredicate inUse) {
        var needed = new HashSet<Sha256>();
        promoted.ifPresent(p -> needed.addAll(p.checkpoint().blobs()));
        var unneeded = new ArrayList<Round>();
        for (Round round : rounds.stored()) {
            boolean serves = promoted.isPresent()
                    && promoted.get()
                            .checkpoint()
                            .manifest()
                            .equals(round.files().manifest());
            if (serves || inUse.test(round.number()) || retention.keeps(round.number(), current.number()))
                keep(round, needed);
            else unneeded.add(round);
        }
        var chain = DeltaChain.to(current, rounds::find);
        chain.hops().forEach(hop -> needed.addAll(hop.pieces()));
        for (Round round : unneeded) {
            for (Checkpoint file : files(round)) store.delete(file, needed);
            for (Sha256 piece : published(round)) if (!needed.contains(piece)) blobs.delete(piece);
            rounds.thinned(round.number());
        }
        for (Round round : rounds.withDelta()) if (!chain.holds(round.number())) deleteDelta(round, needed);
    }

    private void keep(Round round, Set<Sha256> needed) {
        for (Checkpoint file : files(round)) needed.addAll(file.blobs());
        needed.addAll(published(round));
    }

    private static List<Sha256> published(Round round) {
        var moment = round.files().moment();
        return moment == null ? List.of() : moment.published();
    }

    private void deleteDelta(Round round, Set<Sha256> needed) {
        var delta = round.files().delta();
        if (delta == null) return;
        for (Sha256 piece : delta.pieces()) if (!needed.contains(piece)) blobs.delete(piece);
        rounds.deltaThinned(round.number());
    }

    private List<Checkpoint> files(Round round) {
        var files = round.files();
        var moment = files.moment();
        return Stream.of(files.manifest(), files.momentum(), files.carry(), moment == null ? null : moment.running())
                .filter(manifest -> manifest != null && blobs.contains(manifest))
                .map(store::read)
                .toList();
    }
}
