package org.decentralizedai.server.train;

import org.jspecify.annotations.Nullable;

/**
 * What the outer step keeps from round to round; all as long as the weights. Immutable: nobody writes to the arrays.
 *
 * @param momentum m of {@link Nesterov}; null for zeros
 * @param carry what the code of the last step rounded away, still to be subtracted; null for zeros
 * @param secondMoment null where none is published
 */
record OuterState(float @Nullable [] momentum, float @Nullable [] carry, SecondMoment.@Nullable State secondMoment) {
    /** Of a run's first round. */
    static OuterState first(Recipe recipe, int parameters) {
        return new OuterState(null, null, recipe.secondMoment() == null ? null : SecondMoment.first(parameters));
    }
}
