package org.decentralizedai.wire;

/** Why there is no task for a worker just now. The order is the wire format: append only. */
public enum IdleReason {
    ROUND_FULL,
    PAUSED,
    DRAINING,
    /** The model needs more memory than the worker's device offers. */
    DEVICE_TOO_SMALL,
    /** One window takes the worker's device longer than a lease lasts. */
    DEVICE_TOO_SLOW
}
