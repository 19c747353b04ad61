package org.decentralizedai.server.credit;

/** What a confirmed cheat loses. */
public interface Forfeits {
    /**
     * Moves all that is held back of this account to the pool of the running epoch; what was released stays. On the disk when
     * this returns. Calling it again moves only what was held back since.
     *
     * @param account as the worker's id
     * @return micro-credits that moved
     */
    long forfeit(String account);
}
