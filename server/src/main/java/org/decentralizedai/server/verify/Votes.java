package org.decentralizedai.server.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the updates of one task, each of another account, say of each other: BOINC's quorum of two. One that another agrees with is
 * good; one that differs from two that agree is not; and while no two agree, nothing is known of any: one word stands against another.
 */
public final class Votes {

    /** What is known of an update. */
    public enum Finding {
        AGREES,
        DIFFERS,
        OPEN
    }

    /** Whether two updates, by their places, are near enough. Symmetric. */
    @FunctionalInterface
    public interface Pairs {
        boolean agree(int one, int other);
    }

    private Votes() {}

    /** Of each of so many updates, in their order. */
    public static List<Finding> of(int updates, Pairs pairs) {
        boolean quorum = IntStream.range(0, updates).anyMatch(i -> agrees(i, updates, pairs));
        var findings = new ArrayList<Finding>();
        for (int i = 0; i < updates; i++) {
            if (agrees(i, updates, pairs)) findings.add(Finding.AGREES);
            else findings.add(quorum ? Finding.DIFFERS : Finding.OPEN);
        }
        return findings;
    }

    private static boolean agrees(int one, int updates, Pairs pairs) {
        return IntStream.range(0, updates).anyMatch(other -> other != one && pairs.agree(one, other));
    }
}
