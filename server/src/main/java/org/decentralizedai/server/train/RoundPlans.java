package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.store.corpus.CorpusShard;

/** Makes the plan of a round from what is stored about it, the same after every restart. Belongs to the trainer's thread. */
final class RoundPlans {
    private final Run run;
    private final ModelConfig model;
    private final List<CorpusShard> corpus;
    private final Recipe newest;
    private final Function<Recipe, UpdateRules> rules;
    private final TaskLedger tasks;
    private final RoundLedger rounds;
    private final CheckpointShelf shelf;
    private final Map<Size, WindowSchedule> schedules = new HashMap<>(); // of the recipes since the start

    private record Size(int context, int windows, boolean rests) {}

    /** @param newest recipe, for rounds that do not say theirs */
    RoundPlans(
            Run run,
            ModelConfig model,
            List<CorpusShard> corpus,
            Recipe newest,
            Function<Recipe, UpdateRules> rules,
            TaskLedger tasks,
            RoundLedger rounds,
            CheckpointShelf shelf) {
        this.run = run;
        this.model = model;
        this.corpus = List.copyOf(corpus);
        this.newest = newest;
        this.rules = rules;
        this.tasks = tasks;
        this.rounds = rounds;
        this.shelf = shelf;
    }

    /** The plans of all rounds whose updates may still come, after a restart. @param weights of the running one */
    List<RoundPlan> open(Round running, float[] weights) {
        int number = running.number();
        var plans = new ArrayList<RoundPlan>();
        for (int earlier : new TreeSet<>(tasks.inPlay(OpenRounds.oldest(number), number)))
            if (earlier < number) stored(earlier).ifPresent(plans::add);
        plans.add(of(running, weights));
        return plans;
    }

    /** The plan of a round whose checkpoint is stored. */
    Optional<RoundPlan> stored(int number) {
        return rounds.find(number).filter(round -> !round.thinned()).map(round -> of(round, shelf.weights(round)));
    }

    /** @param weights that the round starts from */
    RoundPlan of(Round round, float[] weights) {
        var recipe = rounds.recipe(round.number()).map(Recipe::read).orElse(newest);
        double greatest = 0;
        for (float weight : weights) greatest = Math.max(greatest, Math.abs(weight));
        var checks = new Checks(
                recipe,
                ParameterLayout.of(model).parameterCount(),
                model.vocabulary(),
                rules.apply(recipe).greatestChange().applyAsDouble(greatest));
        var hops = DeltaChain.to(round, rounds::find).hops();
        return new RoundPlan(round, model, shelf.checkpoint(round), hops, windows(recipe), checks);
    }

    /** Windows of a portion of the corpus. */
    int portion(Recipe recipe) {
        var steps = recipe.steps();
        return WindowSchedule.portion(steps.windows(), recipe.taskSeconds() > 0);
    }

    private WindowSchedule windows(Recipe recipe) {
        var size = new Size(recipe.steps().context(), portion(recipe), recipe.taskSeconds() > 0);
        return schedules.computeIfAbsent(
                size, _ -> new WindowSchedule(corpus, size.context(), size.windows(), size.rests(), run.seed()));
    }
}
