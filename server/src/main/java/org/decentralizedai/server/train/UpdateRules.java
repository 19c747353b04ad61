package org.decentralizedai.server.train;

import java.util.function.DoubleUnaryOperator;

/**
 * What becomes of updates: how far one may go to be believed, and what step their mean is.
 *
 * @param greatestChange of one parameter by one update, from the greatest |θ| of its checkpoint
 */
public record UpdateRules(DoubleUnaryOperator greatestChange, OuterRule outer) {

    /** Those of every run that serves people. */
    public static UpdateRules of(Recipe recipe) {
        return new UpdateRules(recipe::greatestChange, new Nesterov(recipe.outerRate(), recipe.outerMomentum()));
    }
}
