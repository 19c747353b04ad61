package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.server.state.Round;
import org.jspecify.annotations.Nullable;

/**
 * Whether the held-out loss has jumped, and where to go back to. Pure: what it says follows from the rounds that are stored, so
 * that it says the same after a restart.
 *
 * <p>The measure is the lowest loss of the last {@link #WINDOW} scored rounds that the newest one comes from. A loss is above it
 * when it exceeds it by {@value #ERRORS} standard errors of both and by {@value #SHARE} of it; twice in a row is a jump, since an
 * outer step too long mends itself. {@value #HUGE_ERRORS} errors and {@value #HUGE_SHARE} are a jump at once, and so is a loss
 * that is not finite. The sample is the same in all rounds, whence both errors overstate the noise of the difference.
 *
 * <p>It ends: from one checkpoint three rounds are begun anew at most, and seven within {@link #MEMORY} rounds; then the run is
 * paused and left to its operator.
 */
final class LossGate {
    static final int WINDOW = 20;
    static final int MEMORY = 200; // rounds that are looked at

    static final double ERRORS = 5, SHARE = 0.05;
    static final double HUGE_ERRORS = 15, HUGE_SHARE = 0.25;
    static final int RETURNS_TO_ONE = 3, RETURNS = 7;

    private LossGate() {}

    /** @param round that is bad. @param good whose weights are to be taken instead; null when it goes no further by itself */
    record Jump(int round, @Nullable Integer good, String why) {}

    /**
     * The rounds that the newest one comes from, newest first: each from the one before, or from the round to whose weights an
     * operator or this gate went back.
     *
     * @param rounds oldest first
     */
    static List<Round> ancestry(List<Round> rounds) {
        var line = new ArrayList<Round>();
        for (int at = rounds.size() - 1; at >= 0; ) {
            line.add(rounds.get(at));
            int same = origin(rounds, at);
            at = same >= 0 ? same : at - 1;
        }
        return line;
    }

    /** The last earlier round of the same weights; -1 when there is none. */
    private static int origin(List<Round> rounds, int at) {
        var checkpoint = rounds.get(at).files().checkpoint();
        for (int i = at - 1; i >= 0; i--) if (rounds.get(i).files().checkpoint().equals(checkpoint)) return i;
        return -1;
    }

    /**
     * @param rounds the last {@link #MEMORY}, oldest first, the last of them just scored
     * @param finite whether its loss is a number
     */
    static Optional<Jump> look(List<Round> rounds, boolean finite) {
        var line = ancestry(rounds);
        var newest = line.getFirst();
        var scored =
                line.stream().skip(1).filter(LossGate::scored).limit(WINDOW).toList();
        if (scored.isEmpty()) return Optional.empty();
        var best = scored.stream().reduce((a, b) -> bits(b) < bits(a) ? b : a).orElseThrow();
        boolean huge = !finite || above(newest, best, HUGE_ERRORS, HUGE_SHARE);
        boolean twice = finite && above(newest, best, ERRORS, SHARE) && above(scored.getFirst(), best, ERRORS, SHARE);
        if (!huge && !twice) return Optional.empty();
        String why = (finite ? "held-out loss %.4f".formatted(bits(newest)) : "a held-out loss that is not finite")
                + " in round %d, against %.4f ± %.4f bits per byte in round %d"
                        .formatted(newest.number(), bits(best), error(best), best.number());
        var good = scored.stream()
                .filter(round -> !above(round, best, ERRORS, SHARE) && !round.thinned())
                .findFirst();
        if (good.isEmpty()) return Optional.of(new Jump(newest.number(), null, why + "; no good checkpoint is stored"));
        if (exhausted(rounds, good.get()))
            return Optional.of(new Jump(newest.number(), null, why + "; going back did not help so far"));
        return Optional.of(new Jump(newest.number(), good.get().number(), why));
    }

    /** The newest round that is as good as the best; what must stay stored. @param rounds as in {@link #look} */
    static Optional<Round> good(List<Round> rounds) {
        var scored =
                ancestry(rounds).stream().filter(LossGate::scored).limit(WINDOW).toList();
        var best = scored.stream().reduce((a, b) -> bits(b) < bits(a) ? b : a);
        return scored.stream()
                .filter(round -> !above(round, best.orElseThrow(), ERRORS, SHARE) && !round.thinned())
                .findFirst();
    }

    private static boolean exhausted(List<Round> rounds, Round good) {
        int returns = 0, toOne = 0;
        for (int at = 1; at < rounds.size(); at++) {
            int origin = origin(rounds, at);
            if (origin < 0 || origin == at - 1) continue; // a step that was none
            returns++;
            if (rounds.get(at).files().checkpoint().equals(good.files().checkpoint())) toOne++;
        }
        return toOne >= RETURNS_TO_ONE || returns >= RETURNS;
    }

    private static boolean above(Round round, Round best, double errors, double share) {
        double noise = Math.hypot(error(round), error(best));
        return bits(round) > bits(best) + Math.max(errors * noise, share * bits(best));
    }

    private static boolean scored(Round round) {
        return round.heldOutBits() != null && round.heldOutError() != null;
    }

    private static double bits(Round round) {
        var bits = round.heldOutBits();
        return bits == null ? Double.NaN : bits;
    }

    private static double error(Round round) {
        var error = round.heldOutError();
        return error == null ? 0 : error;
    }
}
