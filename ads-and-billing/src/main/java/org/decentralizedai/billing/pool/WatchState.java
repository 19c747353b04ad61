package org.decentralizedai.billing.pool;

import org.jspecify.annotations.Nullable;

/**
 * How the reading of the chain goes.
 *
 * @param head the newest block when it was last looked; -1: never
 * @param next the first block that is not read yet
 * @param lag confirmed blocks that are not read yet
 * @param fault why the last look ended early; null: it did not
 * @param problem the same in words
 */
public record WatchState(
        long head,
        long next,
        long lag,
        ChainFault.@Nullable Code fault,
        @Nullable String problem) {
    /** Whether somebody must do something: nothing is credited until then. */
    public boolean halted() {
        return fault != null && fault.halts();
    }
}
