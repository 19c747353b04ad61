package org.decentralizedai.server.aggregate;

/** What the other updates of a round say about one. No proof: a reason to look closer, never one to punish. */
public enum Finding {
    FINE,
    /** Nearly an update of the round before. It does not count. */
    COPY_OF_LAST_ROUND,
    /** Far more like some others than honest updates of different data are. All of a group count as one. */
    ALIKE,
    /** Far from where most updates go, or far more along the last step than they are. It does not count. */
    STRAY
}
