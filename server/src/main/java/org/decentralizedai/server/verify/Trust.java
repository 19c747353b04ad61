package org.decentralizedai.server.verify;

/**
 * How often an account's updates are computed again: BOINC's adaptive replication. An account is nobody until so many of its
 * tasks in a row were computed again and agreed; then the rate falls with what it has shown, down to a floor.
 *
 * <p>Why cheating does not pay is derived where pay is held back (HoldBack): at the rates here, with what an account has to lose.
 *
 * <p>A second volunteer's replica may stand for the audit. Whoever holds two accounts may be drawn for both, sees that it is one task, and
 * lets its accounts agree in a lie. So a newcomer's word makes nobody proven ({@link #agreedWith}), what volunteers alone say of an
 * unproven account does not bring its pay nearer, trusted partners are preferred, and some of what two volunteers agree on is computed
 * again by the server all the same ({@link #rateAgreed}): with that q lying loses for such pairs too. What remains: of what two accounts
 * of one hand agree on, nine tenths to 97 % pass, for as long as the next fake that is looked at is not found; and a server without auditors
 * has no such q at all.
 *
 * @param valid tasks in a row that were computed again and agreed
 */
public record Trust(int valid) {
    public static final Trust NONE = new Trust(0);

    /** Tasks in a row before which everything is computed again; BOINC's number. */
    public static final int PROVEN = 10;

    /** Of the tasks of the most trusted. */
    public static final double FLOOR = 0.03;

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

    /** Probability that the server computes again what another volunteer agrees on. */
    public double rateAgreed() {
        return proven() ? auditRate() : 1.0 / PROVEN;
    }

    /** After an audit that agreed; a task that nobody looked at shows nothing. */
    public Trust agreed() {
        return new Trust(valid + 1);
    }
}
