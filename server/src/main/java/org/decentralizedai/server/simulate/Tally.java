package org.decentralizedai.server.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the crowd did so far: counts, bytes as they go over the line, seconds. */
final class Tally {
    /** Of each liar that was caught: how many fakes it had sent. */
    final List<Integer> fakesWhenCaught = new ArrayList<>();

    final List<Integer> roundsWhenCaught = new ArrayList<>();
    int honestCaught;
    long accepted, refused, left, joined;
    long acceptedTokens, uploadBytes, downloadBytes, updateBytes;
    private final TreeMap<Integer, Integer> acceptedOf = new TreeMap<>(), liesOf = new TreeMap<>(); // by round
    double computeSeconds, downloadSeconds, uploadSeconds, onlineSeconds;

    /** An update of a task of this round was accepted. */
    void accepted(int round, boolean lie, int tokens) {
        accepted++;
        acceptedTokens += tokens;
        acceptedOf.merge(round, 1, Integer::sum);
        liesOf.merge(round, lie ? 1 : 0, Integer::sum);
    }

    /** What share of a round's accepted updates were lies; of each that has any, in their order. */
    List<Double> lies() {
        return acceptedOf.entrySet().stream()
                .map(round -> (double) liesOf.getOrDefault(round.getKey(), 0) / round.getValue())
                .toList();
    }

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
