package org.decentralizedai.server.train;

import org.jspecify.annotations.Nullable;

/**
 * What the outer step keeps from round to round; both as long as the weights. Immutable: nobody writes to the arrays.
 *
 * @param momentum m of {@link Nesterov}; null for zeros
 * @param carry what the code of the last step rounded away, still to be subtracted; null for zeros
 */
record OuterState(float @Nullable [] momentum, float @Nullable [] carry) {
    /** Of a run's first round. */
    static final OuterState ZERO = new OuterState(null, null);
}
