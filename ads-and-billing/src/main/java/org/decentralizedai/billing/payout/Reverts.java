package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** Why the contract refuses, by the first four bytes of what it answers. */
final class Reverts {
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
                    "ProposedBefore()",
                    "BadProof()",
                    "Overdrawn()")
            .stream()
            .collect(Collectors.toMap(Reverts::selector, Function.identity()));

    private Reverts() {}

    private static String selector(String error) {
        return Numeric.toHexString(Hash.sha3(error.getBytes(US_ASCII))).substring(0, 10);
    }

    /** The innermost message, with the contract's own word where it is one of those. */
    static String said(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) cause = cause.getCause();
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        for (var name : NAMES.entrySet()) if (message.contains(name.getKey())) return name.getValue();
        return cause instanceof java.io.IOException
                ? cause.getClass().getSimpleName()
                : message; // may hold the node's address
    }
}
