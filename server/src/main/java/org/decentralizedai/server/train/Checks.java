package org.decentralizedai.server.train;

import static org.decentralizedai.wire.VerdictCode.IMPLAUSIBLE;
import static org.decentralizedai.wire.VerdictCode.MALFORMED;
import static org.decentralizedai.wire.VerdictCode.NOT_FINITE;
import static org.decentralizedai.wire.VerdictCode.OVERSIZED;
import static org.decentralizedai.wire.VerdictCode.WRONG_SHAPE;

import java.util.Optional;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.VerdictCode;

/**
 * What an update of one round must look like; pure.
 *
 * @param greatestChange of one parameter by a whole task, see {@link UpdateRules}
 */
record Checks(Recipe recipe, int parameters, int vocabulary, double greatestChange) {

    /** Why an update is refused, for machines and for people. */
    record Refusal(VerdictCode code, String sentence) {}

    /** @param given what the lease gives out */
    Optional<Refusal> announced(UpdateForm form, Work given, UpdateBegin begin) {
        int values = form.slice().length(parameters);
        int least = UpdateCodec.minEncodedBytes(form.encoding(), values);
        int most = UpdateCodec.maxEncodedBytes(form.encoding(), values);
        if (begin.encodedBytes() > most)
            return refuse(OVERSIZED, "an update has at most " + most + " bytes, not " + begin.encodedBytes());
        if (begin.encodedBytes() < least)
            return refuse(WRONG_SHAPE, "an update has at least " + least + " bytes, not " + begin.encodedBytes());
        if (begin.steps() > given.steps())
            return refuse(IMPLAUSIBLE, "the task has " + given.steps() + " steps, not " + begin.steps());
        int tokens = given.done(begin.steps()).windows() * recipe.steps().context();
        if (begin.tokens() != tokens)
            return refuse(IMPLAUSIBLE, begin.steps() + " steps have " + tokens + " tokens, not " + begin.tokens());
        double greatest = 4 * Math.log(vocabulary); // a model that is far worse than guessing has diverged
        if (!plausible(begin.firstLoss(), greatest) || !plausible(begin.lastLoss(), greatest))
            return refuse(
                    IMPLAUSIBLE,
                    "losses must be in 0.." + greatest + " nats: " + begin.firstLoss() + ", " + begin.lastLoss());
        return Optional.empty();
    }

    private static boolean plausible(double loss, double greatest) {
        return loss >= 0 && loss <= greatest;
    }

    /** @param steps that were done */
    Optional<Refusal> encoded(UpdateForm form, byte[] update, int steps) {
        try {
            return values(
                    UpdateCodec.decode(form.encoding(), update, form.slice().length(parameters)),
                    greatestChange(steps));
        } catch (IllegalArgumentException e) { // the codec's rules
            return refuse(MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    /** All that a worker has ever held back may come with one step, too. */
    private double greatestChange(int steps) {
        return recipe.feedback() > 0
                ? greatestChange
                : greatestChange * steps / recipe.steps().steps();
    }

    private Optional<Refusal> values(float[] update, double greatestChange) {
        for (float value : update) if (!Float.isFinite(value)) return refuse(NOT_FINITE, "a value is " + value);
        for (float value : update)
            if (Math.abs(value) > greatestChange)
                return refuse(
                        IMPLAUSIBLE,
                        "a value is " + value + "; these steps change no parameter by more than " + greatestChange);
        return Optional.empty();
    }

    private static Optional<Refusal> refuse(VerdictCode code, String sentence) {
        return Optional.of(new Refusal(code, sentence));
    }
}
