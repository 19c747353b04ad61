package org.decentralizedai.server.chat;

import java.util.ArrayList;
import java.util.List;

/** One answer that is collected until it is whole. */
final class WholeChoice {
    private final StringBuilder text = new StringBuilder();
    private final List<ToldToken> told = new ArrayList<>();
    private String finishReason = "";

    void add(String piece, List<ToldToken> tokens) {
        text.append(piece);
        told.addAll(tokens);
    }

    void end(String reason) {
        finishReason = reason;
    }

    String text() {
        return text.toString();
    }

    List<ToldToken> told() {
        return told;
    }

    String finishReason() {
        return finishReason;
    }
}
