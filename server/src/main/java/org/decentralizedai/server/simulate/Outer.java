package org.decentralizedai.server.simulate;

import org.decentralizedai.server.train.OuterRule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.UpdateRules;

/** What the coordinator steps with. */
enum Outer {
    /** As every coordinator does; without outer momentum it is plain averaging. */
    NESTEROV {
        @Override
        OuterRule rule(Recipe recipe) {
            return UpdateRules.of(recipe).outer();
        }
    },
    /** {@link OuterAdam}, with the outer momentum as β₁. */
    ADAM {
        @Override
        OuterRule rule(Recipe recipe) {
            return new OuterAdam(recipe.outerRate(), recipe.outerMomentum());
        }
    };

    /** For one run, from its first round on. */
    abstract OuterRule rule(Recipe recipe);
}
