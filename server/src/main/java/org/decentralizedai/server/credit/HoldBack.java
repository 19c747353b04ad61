package org.decentralizedai.server.credit;

import org.decentralizedai.server.verify.Trust;

/**
 * How many of an account's newest tasks stay unpaid, so that faking one does not pay. A task is audited with probability q, and
 * an audit is done and finds a fake with probability d. Faking a task that pays g then gains g with probability 1 - q d and loses all
 * that was held before, S, with probability q d: the gain is expected to be negative when
 *
 * <pre>
 *   (1 - q d) g - q d S < 0     or     S > g (1 - q d) / (q d)
 * </pre>
 *
 * With S = N g, the pay of N tasks of one size, N is the least whole number above (1 - q d) / (q d): at the floor of the audits,
 * q = 3 %, it is 33 for d = 1 and 37 for d = 0.9.
 *
 * <p>Only <em>clear</em> grants count towards N ({@link ClearGrants}): those whose lot was not drawn, or whose audit has agreed. A grant is
 * released when N later clear ones stand. One that is not clear, since its audit waits, was missed, or another volunteer alone has vouched
 * for an unproven account, counts for nothing, and is released with those before it. So whoever is audited each time, as a newcomer is,
 * and is never found to be right is never paid, however many of its audits are missed: its fakes bring nothing, and cost S, which may
 * be nothing too: (1 - q) g - q S = -S <= 0 with q = 1. The lot of the newest grant is drawn after it is booked; where audits happen it
 * does not count yet, nor does what comes after a grant whose audit waits: so S is what was held before the fake, however late it is
 * found. Else the fakes that follow it would push the honest work out of reach.
 *
 * <p>An account of n < N clear grants has only n g to lose. It is audited with q >= 1 / (d (n + 1)), at which n g is just enough:
 * (1 - q d) / (q d) = n. Adaptive replication, q = 1/n, comes to about as much while all that has agreed is held; this bound holds too
 * where it is not, as after volunteers have vouched for each other.
 *
 * <p>Tasks differ in size, and who sends few steps of many tasks and fakes a whole one would have little to lose. So a task that pays k
 * times the mean of what is held is audited k times as often: with q k for q, k g for g and S = N g the gain is
 * k g (1 - q k d) - q k d N g, which is negative whenever it is for k = 1.
 *
 * <p>What this does not cover: d includes that the audit is done. A proven account of whose drawn audits more than a tenth is missed has
 * a smaller d, and at the floor its fakes pay; and a fake whose audit was missed is paid when N honest tasks follow it.
 */
final class HoldBack {
    /** Assumed, on the safe side of what the tests of the audits demand (0.985: P >= 0.95 within 100 fakes at the floor). */
    static final double DETECTION = 0.9;

    /** N at the floor of the audits. */
    static final int TASKS = tasks(Trust.FLOOR, DETECTION);

    private HoldBack() {}

    /**
     * Rate at which a task is audited; above 1 as good as 1.
     *
     * @param trusted rate that the account's trust asks for
     * @param pay of the task
     * @param held of the grants before
     * @param grants how many those are
     * @param clear how many of those are clear
     */
    static double auditRate(double trusted, long pay, long held, long grants, int clear) {
        return Math.max(trusted, 1 / (DETECTION * (clear + 1))) * stake(pay, held, grants);
    }

    /** k, at least 1. */
    static double stake(long pay, long held, long grants) {
        return held <= 0 ? 1 : Math.max(1, (double) pay * grants / held);
    }

    /** N. */
    static int tasks(double auditRate, double detection) {
        double caught = auditRate * detection;
        if (!(caught > 0) || caught > 1)
            throw new IllegalArgumentException("auditRate * detection must be in (0, 1]: " + caught);
        return (int) Math.floor((1 - caught) / caught) + 1;
    }
}
