package org.decentralizedai.server.credit;

/** How much more a task pays than what its account has at stake for it. */
@FunctionalInterface
public interface Stakes {
    /**
     * By what the rate of audits is to be multiplied, so that faking this task pays no better than faking one of those before.
     *
     * @param tokens of the account's newest task, whose credit is booked
     */
    double of(String account, int tokens);
}
