package org.decentralizedai.server.credit;

/**
 * Sums of an account, in micro-credits; what it was ever granted is the sum of the three.
 *
 * @param released its own for good
 * @param held of its newest tasks, own unless a cheat is confirmed
 * @param forfeited in an epoch's pool
 * @param tasks whose credit was not forfeited
 */
public record Balance(long released, long held, long forfeited, long tasks) {
    static final Balance ZERO = new Balance(0, 0, 0, 0);
}
