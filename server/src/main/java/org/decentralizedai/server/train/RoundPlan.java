package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.model.ModelConfig;
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
                recipe().form(round.number(), row.index()),
                recipe().auditable(),
                recipe().maxLeaseSeconds() * 1000);
    }

    /** Pieces of what its tasks are computed along; empty where nothing is published. */
    List<Sha256> secondMoment() {
        var moment = round.files().moment();
        return moment == null ? List.of() : moment.published();
    }
}
