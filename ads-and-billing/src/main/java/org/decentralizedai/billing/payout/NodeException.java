package org.decentralizedai.billing.payout;

/** The node gave no answer, or the contract refused: to be tried again. Its message says nothing of where the node is. */
public final class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NodeException(String what, Throwable cause) {
        super(what, cause);
    }
}
