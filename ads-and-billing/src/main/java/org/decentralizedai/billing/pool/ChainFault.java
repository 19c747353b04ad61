package org.decentralizedai.billing.pool;

/** Why nothing can be read off the chain now. Nothing was changed. The message names no node: its address may hold a secret. */
public final class ChainFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Code {
        /** The node gave no answer, or an error. */
        NO_ANSWER,
        /** The node does not have a block that was read before, or that it must have. */
        BEHIND,
        /** Two answers do not fit together: the chain was replaced in between. It is read anew. */
        INCONSISTENT,
        /** The node's newest block is old: it stands still, or the chain does. */
        STALE,
        /** The node is of another chain. */
        WRONG_CHAIN,
        /** There is no contract at the address. */
        NO_CONTRACT,
        /** None of the remembered blocks is on the chain any more. */
        TOO_DEEP,
        /** What is read began too late: deposits before it are not known. */
        INCOMPLETE,
        /** The events read do not add up to what the contract says: the node has left some out. */
        EVENTS_MISSING,
        /** The contract's delay is too short for so many confirmations. */
        SHORT_DELAY;

        /** Whether somebody must do something. */
        public boolean halts() {
            return switch (this) {
                case NO_ANSWER, BEHIND, INCONSISTENT -> false;
                case STALE, WRONG_CHAIN, NO_CONTRACT, TOO_DEEP, INCOMPLETE, EVENTS_MISSING, SHORT_DELAY -> true;
            };
        }
    }

    private final Code code;

    ChainFault(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
