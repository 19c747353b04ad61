package org.decentralizedai.server.train;

/** Which of the tasks that are to be looked at a second worker computes; all others are the auditors'. */
public enum Replication {
    /** None. */
    NEVER,
    /** Those that the auditors would not get done in the time of a round. */
    WHEN_BUSY,
    /** All for which there is a second worker, also where there are no auditors. */
    ALWAYS
}
