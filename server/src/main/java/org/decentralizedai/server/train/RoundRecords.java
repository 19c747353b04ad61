package org.decentralizedai.server.train;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** The records of closed rounds, kept for ever, and the updates that they list, as long as the log has them. Thread-safe. */
public final class RoundRecords {
    private final Run run;
    private final BlobStore blobs;
    private final RoundLedger rounds;
    private final TaskLedger tasks;
    private final GradientLog log;

    RoundRecords(Run run, BlobStore blobs, RoundLedger rounds, TaskLedger tasks, GradientLog log) {
        this.run = run;
        this.blobs = blobs;
        this.rounds = rounds;
        this.tasks = tasks;
        this.log = log;
    }

    /** @param after null when the step was discarded. @return the blob; the round's row must name it */
    Sha256 write(Trainer.Closing closing, @Nullable RoundFiles after) {
        var round = closing.plan().round();
        var result = closing.result();
        var updates = closing.inputs().done().stream().map(this::update).toList();
        return blobs.put(new RoundRecord(
                        RoundRecord.FORMAT,
                        run.id(),
                        round.number(),
                        closing.plan().recipe(),
                        round.tokens(),
                        RoundRecord.Files.of(round.files()),
                        updates,
                        earlier(round.number() - 1, closing.inputs().before()),
                        closing.inputs().corrections().stream()
                                .map(this::correction)
                                .toList(),
                        after == null ? null : RoundRecord.Files.of(after),
                        result.tokens(),
                        result.lastLoss())
                .json());
    }

    private RoundRecord.Correction correction(Contribution taken) {
        int place = places(taken.round()).indexOf(taken.task());
        var update = RoundRecord.Update.of(log.updateOf(taken), false);
        return new RoundRecord.Correction(new RoundRecord.Earlier(taken.round(), place, update), taken.share());
    }

    private List<RoundRecord.Earlier> earlier(int round, List<Task> counted) {
        var places = places(round);
        return counted.stream()
                .map(task -> new RoundRecord.Earlier(round, places.indexOf(task.id()), update(task)))
                .toList();
    }

    /** Task numbers in the order of a round's record. */
    private List<Long> places(int round) {
        return tasks.counted(round).stream().map(Task::id).toList();
    }

    private RoundRecord.Update update(Task task) {
        return RoundRecord.Update.of(log.updateOf(task), task.unproven());
    }

    /** JSON. */
    public Optional<Bytes> find(int round) {
        return rounds.record(round).map(blobs::get).map(Bytes::new);
    }

    /** The blobs of the last records by round, newest first. */
    public Map<Integer, Sha256> newest(int count) {
        return rounds.records(count);
    }

    /** The encoded update at this place of a closed round; empty when there is none, or it is not kept any more. */
    public Optional<Bytes> update(int round, int place) {
        int current = rounds.current().orElseThrow().number();
        if (round >= current) return Optional.empty();
        var counted = tasks.counted(round);
        return place < 0 || place >= counted.size() ? Optional.empty() : encoded(counted.get(place));
    }

    private Optional<Bytes> encoded(Task task) {
        try {
            return Optional.of(log.updateOf(task).encoded());
        } catch (UncheckedIOException e) {
            if (log.holds(task.position())) throw e;
            return Optional.empty(); // trimmed
        }
    }
}
