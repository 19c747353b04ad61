package org.decentralizedai.server.verify;

/**
 * How often an account's updates are computed again: BOINC's adaptive replication. An account is nobody until so many of its
 * tasks in a row were computed again and agreed; then the rate falls with what it has shown, down to a floor.
 *
 * <p>Why cheating does not pay. Let an audit come with probability q and find a fake with probability d, let a task's pay be g,
 * and let the pay of the last S tasks be held back and forfeited by the first fake that is found. One more fake brings g when
 * nobody looks and costs S g when it is found, so that it brings in the mean g (1 − q d) − q d S g, which is negative when
 * S > (1 − q d) / (q d). At the floor q = 3 % and with d = 1 (every cheat of docs/verification.md) that is 32.3 tasks; before it
 * q is greater and S may be less. A newcomer's every task is audited, and a fake is paid nothing.
 *
 * <p>A second volunteer's replica may stand for the audit. Whoever holds two accounts may be drawn for both, sees that it is one task, and
 * lets its accounts agree in a lie. So a newcomer's word makes nobody proven ({@link #agreedWith}), trusted partners are preferred, and
 * some of what two volunteers agree on is computed again by the server all the same ({@link #rateWith}): the argument above then
 * holds for such pairs, with that q. What remains: of what two accounts of one hand agree on, nine tenths to 97 % pass, unpaid for as
 * long as the next fake is found within the {@link #HELD_BACK_TASKS}; and a server without auditors has no such q at all.
 *
 * @param valid tasks in a row that were computed again and agreed
 */
public record Trust(int valid) {
    public static final Trust NONE = new Trust(0);

    /** The least whole S above; what is held back in fact is a little more, for audits that are deceived. */
    public static final int HELD_BACK_TASKS = 33;

    /** Tasks in a row before which everything is computed again; BOINC's number. */
    public static final int PROVEN = 10;

    /** Of the tasks of the most trusted. */
    static final double FLOOR = 0.03;

    public Trust {
        if (valid < 0) throw new IllegalArgumentException("valid must be >= 0: valid=" + valid);
    }

    /** Probability that the next update is computed again. */
    public double auditRate() {
        return valid < PROVEN ? 1 : Math.max(1.0 / valid, FLOOR);
    }

    /** Whether not every task is looked at any more. */
    public boolean proven() {
        return valid >= PROVEN;
    }

    /**
     * Whether this account is trusted more after it has agreed with a partner: when that is proven, or as long as somebody else still has
     * the last word.
     *
     * @param audited whether the server has auditors, who have it; without them newcomers make each other proven, but nothing more
     */
    public boolean agreedWith(Trust partner, boolean audited) {
        return partner.proven() || valid < (audited ? PROVEN - 1 : PROVEN);
    }

    /** Probability that the server computes again what this account and its partner agree on. */
    public double rateWith(Trust partner) {
        return proven() || partner.proven() ? FLOOR : 1.0 / PROVEN;
    }

    /** After an audit that agreed; a task that nobody looked at shows nothing. */
    public Trust agreed() {
        return new Trust(valid + 1);
    }
}
