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
 * (adaptive replication; each task while it is new), for which n g is enough when d = 1: (1 - 1/n) / (1/n) = n - 1. An account
 * whose tasks grow, so that one of them pays more than 1/N of what is held, escapes the sum: tasks of a device keep their size.
 */
final class HoldBack {
    /** Share of the tasks of a trusted account that are audited at least. */
    static final double AUDIT_FLOOR = 0.03;

    /** Assumed, on the safe side of what the tests of the audits demand (0.985: P >= 0.95 within 100 fakes at the floor). */
    static final double DETECTION = 0.9;

    private HoldBack() {}

    /** N. */
    static int tasks(double auditRate, double detection) {
        double caught = auditRate * detection;
        if (!(caught > 0) || caught > 1)
            throw new IllegalArgumentException("auditRate * detection must be in (0, 1]: " + caught);
        return (int) Math.floor((1 - caught) / caught) + 1;
    }
}
