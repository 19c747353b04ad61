package org.decentralizedai.billing.ledger;

/** What became of a posting. */
public enum Outcome {
    POSTED,
    /** Its id was posted before: nothing changed. */
    REPLAYED,
    /** An account would have gone below zero, or a rule does not let its customer owe so much: nothing changed. */
    UNCOVERED,
    /** What it ends was never posted: nothing changed. */
    NOTHING_TO_END
}
