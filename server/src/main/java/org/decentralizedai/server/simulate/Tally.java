package org.decentralizedai.server.simulate;

import java.util.ArrayList;
import java.util.List;

/** What the crowd did so far: counts, bytes as they go over the line, seconds. */
final class Tally {
    /** Of each liar that was caught: how many fakes it had sent. */
    final List<Integer> fakesWhenCaught = new ArrayList<>();

    final List<Integer> roundsWhenCaught = new ArrayList<>();
    int honestCaught;
    long accepted, refused, left, joined;
    long acceptedTokens, uploadBytes, downloadBytes, updateBytes;
    double computeSeconds, downloadSeconds, uploadSeconds, onlineSeconds;

    /** Sent bytes for each accepted token, also those of updates that came to nothing. */
    double bytesPerToken() {
        return (double) uploadBytes / acceptedTokens;
    }

    /** Share of the time that workers computed while they were online. */
    double utilisation() {
        return computeSeconds / onlineSeconds;
    }

    double downloading() {
        return downloadSeconds / onlineSeconds;
    }

    double uploading() {
        return uploadSeconds / onlineSeconds;
    }
}
