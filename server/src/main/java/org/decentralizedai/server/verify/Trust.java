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

    /** After an audit that agreed; a task that nobody looked at shows nothing. */
    public Trust agreed() {
        return new Trust(valid + 1);
    }
}
