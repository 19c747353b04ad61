package org.decentralizedai.server.simulate;

import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.UpdateRules;

/** The optimisers of a run: what a recipe cannot say, since production has one of each. */
record Variant(Inner inner, Outer outer) {
    static final Variant PRODUCTION = new Variant(Inner.ADAMW, Outer.NESTEROV);

    /** Updates are checked as ever, against what their optimiser can do. */
    UpdateRules rules(Recipe recipe, ParameterLayout layout) {
        double reach = inner.reach(layout);
        var production = UpdateRules.of(recipe);
        return new UpdateRules(
                weight -> reach * production.greatestChange().applyAsDouble(weight),
                production.aggregation(),
                outer.rule(recipe));
    }
}
