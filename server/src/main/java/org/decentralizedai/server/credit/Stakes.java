package org.decentralizedai.server.credit;

/** How often an account is to be audited for what it has to lose. */
@FunctionalInterface
public interface Stakes {
    /**
     * Rate at which a task is to be audited, so that faking it does not pay; above 1 as good as 1.
     *
     * @param tokens of a task of this account, whose credit is booked; the account's newest, or about
     * @param trusted rate that the account's trust asks for
     */
    double auditRate(String account, int tokens, double trusted);
}
