package org.decentralizedai.server.simulate;

import java.util.function.Supplier;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Computes the tasks of all simulated workers. A task is a pure function of itself and of what its worker kept, so that it does
 * not matter who computes it, and when.
 */
interface Lab extends AutoCloseable {

    /** The checkpoint that the next tasks start from. Those of rounds whose updates may still come are kept. */
    void checkpoint(Sha256 hash, float[] packed);

    /**
     * Begins to compute; the result is there when it is asked for.
     *
     * @param steps that are made
     * @param kept what the worker has from its last task; null when it has nothing
     */
    Supplier<Computed> compute(GradientTask task, LocalSteps steps, @Nullable Moments kept);

    @Override
    void close();
}
