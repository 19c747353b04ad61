package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.aggregate.Aggregation;
import org.jspecify.annotations.Nullable;

/**
 * A run as a line of JSON: what was asked for and what came of it.
 *
 * @param arm its options as they were written, the seed apart
 * @param commit of the program, empty when it is not known
 * @param aggregation null in lines of earlier versions, that had the mean only
 * @param attackers how many of the workers
 * @param loss over the whole held-out text, nats per token
 * @param bytesPerToken sent by workers for each accepted token, frames and their headers included; null without workers
 * @param compression how many times smaller an upload is than the update in f32
 * @param utilisation share of the workers' time online in which they computed
 * @param downloading share of that time in which they loaded weights for tasks that they finished
 * @param uploading share in which they sent updates; the rest they waited for a round, or lost with a task
 * @param weights hash of the last ones, in layout order
 * @param lies share of the accepted updates of each round; null where nobody lies, and in lines of earlier versions
 * @param caught null where nobody is audited
 * @param wallSeconds that the simulation itself took
 */
record Report(
        String arm,
        String commit,
        String model,
        boolean synchronous,
        long seed,
        int workers,
        int steps,
        int batch,
        Inner inner,
        double learningRate,
        Outer outer,
        double outerRate,
        double outerMomentum,
        UpdateEncoding encoding,
        int parts,
        double feedback,
        double churn,
        @Nullable Aggregation aggregation,
        @Nullable Integer attackers,
        @Nullable Attack attack,
        @Nullable Boolean colluding,
        double loss,
        int rounds,
        long tokens,
        int parameters,
        @Nullable Double bytesPerToken,
        @Nullable Double compression,
        @Nullable Double utilisation,
        @Nullable Double downloading,
        @Nullable Double uploading,
        long downloadBytes,
        long accepted,
        long refused,
        long left,
        double simulatedSeconds,
        double wallSeconds,
        String weights,
        @Nullable List<Double> lies,
        @Nullable Caught caught,
        List<Outcome.Point> points) {

    private static final int SETTLED = 2; // the round from which on sizes are measured

    static Report of(String arm, Scenario scenario, boolean synchronous, Outcome outcome, double wallSeconds) {
        var recipe = scenario.recipe();
        var tally = outcome.tally();
        return new Report(
                arm,
                System.getenv().getOrDefault("COMMIT", ""),
                scenario.model(),
                synchronous,
                scenario.seed(),
                synchronous ? 1 : scenario.crowd().workers(),
                synchronous ? 1 : recipe.steps().steps(),
                recipe.steps().batch(),
                scenario.variant().inner(),
                recipe.steps().learningRate(),
                scenario.variant().outer(),
                recipe.outerRate(),
                recipe.outerMomentum(),
                recipe.encoding(),
                recipe.parts(),
                recipe.feedback(),
                scenario.crowd().churn(),
                recipe.aggregation(),
                scenario.crowd().dishonest(),
                scenario.crowd().dishonest() == 0 ? null : scenario.crowd().attack(),
                scenario.crowd().colluding(),
                outcome.loss(),
                outcome.rounds(),
                outcome.tokens(),
                outcome.parameters(),
                synchronous ? null : tally.bytesPerToken(),
                synchronous ? null : outcome.compression(),
                synchronous ? null : tally.utilisation(),
                synchronous ? null : tally.downloading(),
                synchronous ? null : tally.uploading(),
                tally.downloadBytes,
                tally.accepted,
                tally.refused,
                tally.left,
                outcome.seconds(),
                wallSeconds,
                outcome.weights().hex(),
                synchronous || scenario.crowd().dishonest() == 0 ? null : tally.lies(),
                outcome.caught(),
                outcome.points());
    }

    /** Of a run with workers. */
    String useOfTime() {
        double computed = requireNonNull(utilisation),
                down = requireNonNull(downloading),
                up = requireNonNull(uploading);
        return "workers computed %.1f %% of the time, downloaded %.1f %%, uploaded %.1f %%, and waited or lost %.1f %%%s"
                .formatted(100 * computed, 100 * down, 100 * up, 100 * (1 - computed - down - up), settled());
    }

    /** Without the rounds for which everybody loads a whole checkpoint and sizes are guessed. */
    private String settled() {
        var begin = points.stream().filter(point -> point.round() >= SETTLED).findFirst();
        if (begin.isEmpty() || begin.get().round() == points.getLast().round()) return "";
        var end = points.getLast();
        double computed = requireNonNull(end.computeSeconds())
                - requireNonNull(begin.get().computeSeconds());
        double online =
                requireNonNull(end.onlineSeconds()) - requireNonNull(begin.get().onlineSeconds());
        return "; from round %d on they computed %.1f %%".formatted(begin.get().round(), 100 * computed / online);
    }
}
