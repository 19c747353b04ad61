package org.decentralizedai.server.chat;

/** Token counts of one answer, those of a withheld stop text included. */
record Usage(int promptTokens, int completionTokens) {
    int totalTokens() {
        return promptTokens + completionTokens;
    }
}
