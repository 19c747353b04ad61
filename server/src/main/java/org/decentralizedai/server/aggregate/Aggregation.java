package org.decentralizedai.server.aggregate;

/** How the updates of a round become one. */
public enum Aggregation {
    /** Weighted by tokens, whatever they say. */
    MEAN,
    /** {@link RobustShares}: no minority of liars decides. */
    ROBUST
}
