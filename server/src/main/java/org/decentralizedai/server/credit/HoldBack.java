package org.decentralizedai.server.credit;

/**
 * How many of an account's newest tasks stay unpaid, so that faking one does not pay. A task is audited with probability q, and
 * an audit finds a fake with probability d. Faking a task that pays g then gains g with probability 1 - q d and loses all that is
 * held, S, with probability q d: the gain is expected to be negative when
 *
 * <pre>
 *   (1 - q d) g - q d S < 0     or     S > g (1 - q d) / (q d)
 * </pre>
 *
 * With S = N g, the pay of N tasks of one size, N is the least whole number above (1 - q d) / (q d): at the floor of the audits,
 * q = 3 %, it is 33 for d = 1 and 37 for d = 0.9. An account of n < N tasks has only n g to lose, but is audited with q = 1/n
 * (adaptive replication; each task while it is new), for which n g is enough when d = 1: (1 - 1/n) / (1/n) = n - 1.
 *
 * <p>Tasks differ in size, and who sends few steps of many tasks and fakes a whole one would have little to lose. So a task that pays k
 * times the mean of what is held is audited k times as often: with q k for q, k g for g and S = N g the gain is
 * k g (1 - q k d) - q k d N g, which is negative whenever it is for k = 1.
 */
final class HoldBack {
    /** Share of the tasks of a trusted account that are audited at least. */
    static final double AUDIT_FLOOR = 0.03;

    /** Assumed, on the safe side of what the tests of the audits demand (0.985: P >= 0.95 within 100 fakes at the floor). */
    static final double DETECTION = 0.9;

    private HoldBack() {}

    /**
     * k, at least 1.
     *
     * @param held of the grants before
     * @param grants how many those are
     */
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
