package org.decentralizedai.server.train;

import java.util.function.DoubleUnaryOperator;
import org.decentralizedai.server.aggregate.Aggregation;

/**
 * What becomes of updates: how far one may go to be believed, what each counts for, and what step their mean is.
 *
 * @param greatestChange of one parameter by one update, from the greatest |θ| of its checkpoint
 */
public record UpdateRules(DoubleUnaryOperator greatestChange, Aggregation aggregation, OuterRule outer) {

    /** Those of every run that serves people. */
    public static UpdateRules of(Recipe recipe) {
        return new UpdateRules(
                recipe::greatestChange, recipe.aggregation(), new Nesterov(recipe.outerRate(), recipe.outerMomentum()));
    }
}
