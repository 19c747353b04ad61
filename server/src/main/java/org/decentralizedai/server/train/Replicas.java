package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.Optional;
import org.decentralizedai.wire.Lease;

/** Tasks that a second worker is to compute too, as the desk sees them. Asked and told under the desk's lock. */
interface Replicas {
    Replicas NONE = new Replicas() {
        @Override
        public Optional<Lease> next(Worker worker, Fit fit, RoundPlan plan, Duration taskTime) {
            return Optional.empty();
        }

        @Override
        public boolean offered() {
            return false;
        }

        @Override
        public void given(Lease lease, Worker worker, RoundPlan plan, Duration computing) {}
    };

    /**
     * A replica, leased to this worker, if it is to have one.
     *
     * @param fit what the worker computes in {@code taskTime}
     * @param plan of the running round
     * @param taskTime that its tasks should be computed; nothing where all are whole
     */
    Optional<Lease> next(Worker worker, Fit fit, RoundPlan plan, Duration taskTime);

    /** Whether there may be one for somebody. */
    boolean offered();

    /** The worker has got a task of its own. @param computing that tasks of the round are computed, all of one worker together */
    void given(Lease lease, Worker worker, RoundPlan plan, Duration computing);
}
