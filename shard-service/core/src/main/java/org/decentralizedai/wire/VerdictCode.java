package org.decentralizedai.wire;

/** What became of an update. The order is the wire format: append only. */
public enum VerdictCode {
    ACCEPTED,
    /** Not the length or structure that its encoding demands. */
    MALFORMED,
    OVERSIZED,
    /** The lease ran out and the task went to another, or its round has closed. */
    LATE,
    /** This task already has its update. */
    DUPLICATE,
    WRONG_SHAPE,
    /** Contains NaN or an infinity. */
    NOT_FINITE,
    /** The bytes do not have the announced hash. */
    WRONG_HASH,
    /** No such lease was given to this worker. */
    UNKNOWN_LEASE,
    /** Reported tokens or losses that the task can't have. */
    IMPLAUSIBLE,
    BANNED,
    /** The coordinator could not store it; the task stays leased and may be sent again. */
    UNAVAILABLE
}
