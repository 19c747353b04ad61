package org.decentralizedai.server.simulate;

/** What the crowd did so far: counts, bytes as they go over the line, seconds. */
final class Tally {
    long accepted, refused, left, joined;
    long acceptedTokens, uploadBytes, downloadBytes, updateBytes;
    double computeSeconds, onlineSeconds;

    /** Sent bytes for each accepted token, also those of updates that came to nothing. */
    double bytesPerToken() {
        return (double) uploadBytes / acceptedTokens;
    }

    /** Share of the time that workers computed while they were online. */
    double utilisation() {
        return computeSeconds / onlineSeconds;
    }
}
