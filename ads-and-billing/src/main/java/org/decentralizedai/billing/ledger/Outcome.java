package org.decentralizedai.billing.ledger;

/** What became of a posting. */
public enum Outcome {
    POSTED,
    /** Its id was posted before: nothing changed. */
    REPLAYED,
    /** An account would have gone below zero: nothing changed. */
    UNCOVERED,
    /** The customer would owe more of his deposits than he may without signing for it: nothing changed. */
    UNSIGNED,
    /** What it ends was never posted: nothing changed. */
    NOTHING_TO_END
}
