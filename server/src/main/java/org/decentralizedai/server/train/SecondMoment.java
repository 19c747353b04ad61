package org.decentralizedai.server.train;

import java.util.Arrays;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.wire.LocalSteps;

/**
 * The second moment v of the gradients, kept by the coordinator and published for all workers, whose steps are along g / (√v + ε)
 * with v as it is (MimeLite, Karimireddy et al. 2020, whose v is a server's too). A task stays a pure function of what is
 * published; AdamW from zero moments in each task costs quality, since its first steps know no more of a gradient than its sign.
 *
 * <p>No worker sends gradients. An update is the sum of its steps, so that the mean update times √v over the sum of the rates is
 * the mean gradient over a round, as clipped, bounded and coded: v ← β v + (1 − β) of its square.
 *
 * @param decay β, of a round
 * @param rounds after which it is published again: so long a worker need not load it
 */
public record SecondMoment(double decay, int rounds) {
    /**
     * What is kept from round to round. Immutable: nobody writes to the arrays.
     *
     * @param running v, a value for each parameter
     * @param published {@link PublishedMoment} that the round's tasks are computed along
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record State(float[] running, byte[] published) {}

    public SecondMoment {
        if (!(decay > 0) || decay >= 1) throw new IllegalArgumentException("decay must be in (0, 1): decay=" + decay);
        if (rounds <= 0) throw new IllegalArgumentException("rounds must be > 0: rounds=" + rounds);
    }

    /** Of a run's first round: as if a gradient of norm 1, to which all are clipped, lay in every direction alike. */
    static State first(int parameters) {
        float[] even = new float[parameters];
        Arrays.fill(even, 1f / parameters);
        return new State(even, PublishedMoment.encode(even));
    }

    /**
     * After a round. A parameter that no update covers keeps its v. Weight decay counts as gradient, since the mean update holds
     * it: the v of a token that is not seen for long falls towards its square, and the bound on steps is what keeps the token
     * from coming back with a giant's step.
     *
     * @param round number of the one that is closed
     * @param steps of its tasks
     */
    State next(State before, float[] mean, int round, LocalSteps steps) {
        double rates = 0;
        for (int step = 1; step <= steps.steps(); step++) rates += steps.learningRate(step);
        float[] running = new float[mean.length];
        for (int i = 0; i < running.length; i++) {
            double gradient =
                    mean[i] * (Math.sqrt(PublishedMoment.value(before.published(), i)) + steps.epsilon()) / rates;
            running[i] = mean[i] == 0
                    ? before.running()[i]
                    : (float) (decay * before.running()[i] + (1 - decay) * gradient * gradient);
        }
        boolean publishes = (round + 1) % rounds == 0;
        return new State(running, publishes ? PublishedMoment.encode(running) : before.published());
    }
}
