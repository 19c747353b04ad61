package org.decentralizedai.billing.payout;

/** The node gave no answer, or the contract refused. Its message says nothing of where the node is. */
public final class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What to do about it. */
    enum Kind {
        /** The contract does not take it: nor will it, until something has changed there. */
        REFUSED,
        /** The node does not take it now. */
        FAILED,
        /** The node is away, or the transaction is in no block yet: whatever comes next would fail like it. */
        UNANSWERED
    }

    private final Kind kind;

    NodeException(String what, Throwable cause) {
        super(what, cause);
        kind = Reverts.kind(cause);
    }

    Kind kind() {
        return kind;
    }
}
