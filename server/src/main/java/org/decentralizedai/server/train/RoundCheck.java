package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.jspecify.annotations.Nullable;

/**
 * Computes a closed round again from what is published about it: the same classes as the coordinator's, in the same order, so
 * that every byte must be the same.
 */
public final class RoundCheck {
    /** The encoded updates of closed rounds. */
    @FunctionalInterface
    public interface Updates {
        /** @param place in the round's record */
        byte[] content(int round, int place);
    }

    /** One comparison. @param published null where there is none */
    public record Line(
            String what,
            @Nullable String published,
            @Nullable String found) {
        static Line of(String what, @Nullable Object published, @Nullable Object found) {
            return new Line(
                    what, published == null ? null : published.toString(), found == null ? null : found.toString());
        }

        public boolean agrees() {
            return published == null ? found == null : published.equals(found);
        }
    }

    private final RoundRecord record;
    private final StateFiles files;
    private final Updates updates;
    private final List<Line> lines = new ArrayList<>();

    private RoundCheck(RoundRecord record, ModelConfig model, BlobStore blobs, Updates updates) {
        this.record = record;
        this.files = new StateFiles(new CheckpointStore(blobs), model, record.run());
        this.updates = updates;
    }

    /**
     * @param blobs has the files before the round; those after it are put there
     */
    public static List<Line> of(RoundRecord record, ModelConfig model, BlobStore blobs, Updates updates) {
        return new RoundCheck(record, model, blobs, updates).lines();
    }

    private List<Line> lines() {
        var before = record.before().stored();
        compare(
                "weights before",
                before.checkpoint().hex(),
                files.store().read(before.manifest()).hash().hex());
        var log = fetched();
        var recipe = record.recipe();
        var rules = UpdateRules.of(recipe);
        var outer = OuterStep.of(rules.outer(), recipe, record.round(), recipe.steps(record.tokensBefore()));
        var inputs = new RoundResult.Inputs(
                record.round(),
                log.tasks(),
                log.before(),
                log.corrections(),
                log,
                files.values(before.manifest()),
                files.state(before));
        var result = RoundResult.of(inputs, rules.aggregation(), outer);
        compare("tokens", record.tokens(), result.tokens());
        compare("train loss", record.trainLoss(), result.lastLoss());
        compare("step finite", record.after() != null, result.finite());
        if (result.finite() && record.after() != null) compare(record.after(), result);
        return lines;
    }

    private void compare(RoundRecord.Files after, RoundResult result) {
        var found = RoundRecord.Files.of(files.write(result.weights(), result.state(), result.delta()));
        compare("weights after", after.checkpoint(), found.checkpoint());
        compare("their manifest", after.manifest(), found.manifest());
        compare("momentum after", after.momentum(), found.momentum());
        compare("carry after", after.carry(), found.carry());
        compare("published step", after.delta(), found.delta());
        compare("second moment after", after.secondMoment(), found.secondMoment());
    }

    private void compare(String what, @Nullable Object published, @Nullable Object found) {
        lines.add(Line.of(what, published, found));
    }

    private Fetched fetched() {
        var log = new Fetched(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int place = 0; place < record.updates().size(); place++) {
            var update = record.updates().get(place);
            log.tasks().add(log.keep(fetched(update, record.round(), place), place, update.unproven()));
        }
        for (var each : record.earlier()) log.before().add(log.keep(fetched(each), each.place(), false));
        for (var each : record.corrections()) {
            var task = log.keep(fetched(each.of()), each.of().place(), false);
            var worker = each.of().update().worker();
            log.corrections()
                    .add(new Contribution(each.of().round(), task.id(), worker, task.position(), each.share()));
        }
        return log;
    }

    private LoggedUpdate fetched(RoundRecord.Earlier earlier) {
        return fetched(earlier.update(), earlier.round(), earlier.place());
    }

    private LoggedUpdate fetched(RoundRecord.Update update, int round, int place) {
        byte[] content = updates.content(round, place);
        compare(
                "update " + place + " of task " + update.task(),
                update.sha256(),
                Digests.of(content).hex());
        return update.logged(round, content);
    }

    /** What the record lists, as a log. */
    private record Fetched(
            List<LoggedUpdate> updates, List<Task> tasks, List<Task> before, List<Contribution> corrections)
            implements GradientLog {

        Task keep(LoggedUpdate update, int place, boolean unproven) {
            long position = updates.size();
            updates.add(update);
            var lease = update.lease();
            return new Task(
                    lease.taskId(),
                    update.round(),
                    place,
                    State.DONE,
                    update.worker(),
                    lease.fence(),
                    position,
                    update.countsIn(),
                    unproven);
        }

        @Override
        public LoggedUpdate read(long position) {
            return updates.get((int) position);
        }

        @Override
        public boolean holds(long position) {
            return position < updates.size();
        }

        @Override
        public void replay(Sink sink) {
            for (int place = 0; place < updates.size(); place++) sink.accept(place, updates.get(place));
        }

        @Override
        public long append(LoggedUpdate update) {
            throw new UnsupportedOperationException("the round is closed");
        }

        @Override
        public void trim(int round) {
            throw new UnsupportedOperationException("the round is closed");
        }

        @Override
        public void close() {}
    }
}
