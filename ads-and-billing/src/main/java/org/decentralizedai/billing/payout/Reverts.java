package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.decentralizedai.billing.payout.NodeException.Kind;
import org.web3j.crypto.Hash;
import org.web3j.protocol.exceptions.ClientConnectionException;
import org.web3j.utils.Numeric;

/** Why the contract refuses, by the first four bytes of what it answers. */
final class Reverts {
    static final String NOT_ALONE = "another server has the database";
    static final String PROPOSED_BEFORE = "ProposedBefore()";

    private static final int LONGEST = 200;
    private static final Map<String, String> NAMES = List.of(
                    "NothingPending()",
                    "TooEarly()",
                    "NoDelegate()",
                    "BadSignature()",
                    "NoQuorum()",
                    "NothingNew()",
                    "BadNumber()",
                    "BadOrder()",
                    "BadPostings()",
                    "BadEpoch()",
                    "BadRoot()",
                    "BadTotal()",
                    PROPOSED_BEFORE,
                    "BadProof()",
                    "Overdrawn()")
            .stream()
            .collect(Collectors.toMap(Reverts::selector, Function.identity()));

    private Reverts() {}

    private static String selector(String error) {
        return Numeric.toHexString(Hash.sha3(error.getBytes(US_ASCII))).substring(0, 10);
    }

    private static Throwable innermost(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) cause = cause.getCause();
        return cause;
    }

    private static String message(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** The innermost message, with the contract's own word where it is one of those. */
    static String said(Throwable thrown) {
        Throwable cause = innermost(thrown);
        String message = message(cause);
        for (var name : NAMES.entrySet()) if (message.contains(name.getKey())) return name.getValue();
        if (away(cause)) return cause.getClass().getSimpleName(); // the message may hold the node's address
        return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
    }

    private static boolean away(Throwable cause) {
        return cause instanceof IOException || cause instanceof ClientConnectionException;
    }

    static NodeException.Kind kind(Throwable thrown) {
        Throwable cause = innermost(thrown);
        String message = message(cause);
        if (away(cause) || message.equals(NOT_ALONE) || message.contains("receipt was not generated"))
            return Kind.UNANSWERED;
        boolean refused = message.contains("revert")
                || message.contains("has failed with status")
                || NAMES.keySet().stream().anyMatch(message::contains);
        return refused ? Kind.REFUSED : Kind.FAILED;
    }
}
