package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.CorpusShard;
import org.jspecify.annotations.Nullable;

/** The public figures of the run; every one is measured. Thread-safe. */
public final class RunStatus {
    private static final int POINTS = 500;

    /**
     * The answer of {@code GET /api/run}. Losses in nats per token, held-out figures in bits per byte; null where nothing was
     * measured yet.
     *
     * @param heldOutBitsPerByte of the newest scored checkpoint on the fixed sample
     * @param bigramBitsPerByte of a bigram table of the training text on the same sample
     * @param paused whether no tasks are given out, because the operator wants it or the held-out loss jumps again and again
     * @param downloadBytes weights and one shard of the corpus: what a worker loads first
     * @param taskBytes of GPU buffers that a task takes where there is room
     * @param checkpoint hash of the current round's safetensors file
     */
    public record Figures(
            String run,
            String model,
            int parameters,
            int round,
            long tokens,
            @Nullable Double trainLoss,
            @Nullable Double heldOutBitsPerByte,
            @Nullable Double heldOutStandardError,
            double bigramBitsPerByte,
            int workersOnline,
            boolean paused,
            long updatesAccepted,
            Map<String, Long> updatesRejected,
            String checkpoint,
            @Nullable PromotedFigures promoted,
            long downloadBytes,
            long taskBytes,
            List<Point> history) {}

    /** Figures over the whole held-out split. */
    public record PromotedFigures(
            int round,
            String checkpoint,
            double heldOutBitsPerByte,
            double heldOutStandardError,
            double bigramBitsPerByte,
            long promotedAtMillis) {}

    /** One round of the chart. */
    public record Point(
            int round,
            long tokens,
            @Nullable Double trainLoss,
            @Nullable Double heldOutBitsPerByte,
            @Nullable Double heldOutStandardError) {}

    private record Snapshot(Round current, @Nullable Point scored, List<Point> history) {}

    private final Run run;
    private final int parameters;
    private final long shardBytes;
    private final RoundLedger rounds;
    private final WorkerLedger workers;
    private final TaskDesk desk;
    private final Promotions promotions;
    private volatile @Nullable Snapshot snapshot;

    RunStatus(
            Run run,
            int parameters,
            Corpus corpus,
            RoundLedger rounds,
            WorkerLedger workers,
            TaskDesk desk,
            Promotions promotions) {
        this.run = run;
        this.parameters = parameters;
        this.rounds = rounds;
        this.workers = workers;
        this.desk = desk;
        this.promotions = promotions;
        shardBytes = (long) Short.BYTES
                * corpus.train().stream().mapToInt(CorpusShard::tokens).max().orElse(0);
    }

    /** Called when a round was opened or scored. */
    void refresh() {
        var all = rounds.all();
        var points = all.stream().map(RunStatus::point).toList();
        var scored = points.reversed().stream()
                .filter(point -> point.heldOutBitsPerByte() != null)
                .findFirst();
        snapshot = new Snapshot(all.getLast(), scored.orElse(null), thinned(points));
    }

    private static Point point(Round r) {
        return new Point(r.number(), r.tokens(), r.trainLoss(), r.heldOutBits(), r.heldOutError());
    }

    /** At most {@link #POINTS}, evenly spread, with the first and the last. */
    static List<Point> thinned(List<Point> points) {
        if (points.size() <= POINTS) return points;
        var kept = new ArrayList<Point>(POINTS);
        for (int i = 0; i < POINTS; i++) kept.add(points.get((int) ((long) i * (points.size() - 1) / (POINTS - 1))));
        return kept;
    }

    public Figures figures() {
        var now = snapshot;
        if (now == null) throw new IllegalStateException("no round is open yet");
        var scored = now.scored();
        return new Figures(
                run.id(),
                run.modelName(),
                parameters,
                now.current().number(),
                now.current().tokens(),
                now.current().trainLoss(),
                scored == null ? null : scored.heldOutBitsPerByte(),
                scored == null ? null : scored.heldOutStandardError(),
                run.bigramSample(),
                desk.online(),
                desk.mode() == TaskDesk.Mode.PAUSED,
                workers.accepted(),
                workers.refusals(),
                now.current().files().checkpoint().hex(),
                promotions.current().map(this::promoted).orElse(null),
                now.current().files().bytes() + shardBytes,
                desk.memory().bytes(),
                now.history());
    }

    private PromotedFigures promoted(Promotions.Promoted p) {
        return new PromotedFigures(
                p.round(),
                p.checkpoint().hash().hex(),
                p.heldOutBits(),
                p.heldOutError(),
                run.bigramAll(),
                p.decidedAtMillis());
    }
}
