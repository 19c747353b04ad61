package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.wire.Hop;
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

    /** Pieces of what its tasks are computed along; empty where nothing is published. */
    List<Sha256> secondMoment() {
        var moment = round.files().moment();
        return moment == null ? List.of() : moment.published();
    }
}
