package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;

/**
 * What the tasks of a round have in common. It stays the same when another recipe is given in mid-round.
 *
 * @param hops that lead to its checkpoint, newest last
 * @param windows that its tasks train on
 */
record RoundPlan(
        Round round, ModelConfig model, Checkpoint checkpoint, List<Hop> hops, WindowSchedule windows, Checks checks) {

    /** That the round was opened with. */
    Recipe recipe() {
        return checks.recipe();
    }

    /** What the lease gives out or, when the task is done, what was trained. @param row of the task */
    GradientTask task(Lease lease, TaskLedger.Task row) {
        var work = row.work();
        return new GradientTask(
                lease,
                round.number(),
                checkpoint.hash(),
                checkpoint.pieces(),
                hops,
                secondMoment(),
                windows.windows(work),
                recipe().steps(round.tokens()).sized(work.steps(), work.batch()),
                form(row),
                recipe().auditable(),
                recipe().maxLeaseSeconds() * 1000);
    }

    /**
     * How the update of a task is sent. Tasks one after the other have all slices in turn, and which comes first follows for each turn
     * from the checkpoint, that nobody knew before the round: else workers that come in the same order had the same slice together
     * each round, and a few liars were most of it.
     */
    UpdateForm form(TaskLedger.Task row) {
        int parts = recipe().parts(), turn = row.index() / parts;
        long seed = Long.parseUnsignedLong(checkpoint.hash().hex().substring(0, 16), 16) + round.number();
        int first = (int) Long.remainderUnsigned(new SplitMix64(seed ^ turn).nextLong(), parts);
        return recipe().form((first + row.index()) % parts);
    }

    /** Pieces of what its tasks are computed along; empty where nothing is published. */
    List<Sha256> secondMoment() {
        var moment = round.files().moment();
        return moment == null ? List.of() : moment.published();
    }
}
