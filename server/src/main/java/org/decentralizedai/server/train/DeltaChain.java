package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.wire.Hop;

/**
 * The deltas that lead to the checkpoint of a round, newest last: what its tasks list, and all that is kept. It ends where a delta
 * is missing, and before its bytes would be as many as the checkpoint's.
 */
record DeltaChain(List<Link> links) {
    /** Only for the sparse encodings, so that tasks stay short. */
    static final int MOST = 16;

    /** @param round that the delta belongs to */
    record Link(int round, Hop hop) {}

    DeltaChain {
        links = List.copyOf(links);
    }

    /** @param rounds by number */
    static DeltaChain to(Round last, IntFunction<Optional<Round>> rounds) {
        var links = new ArrayList<Link>();
        long bytes = 0;
        for (Round round = last; links.size() < MOST; ) {
            Round before = rounds.apply(round.number() - 1).orElse(null);
            if (before == null) break;
            var delta = round.files().delta();
            if (delta == null && !sameWeights(round, before)) break; // the first after a rollback, or published without
            if (delta != null) {
                bytes += delta.bytes();
                if (bytes >= last.files().bytes()) break;
                links.addFirst(
                        new Link(round.number(), new Hop(before.files().checkpoint(), delta.pieces(), delta.bytes())));
            }
            round = before;
        }
        return new DeltaChain(links);
    }

    /** A round whose step was not finite is followed by one with the same weights. */
    private static boolean sameWeights(Round round, Round before) {
        return round.files().checkpoint().equals(before.files().checkpoint());
    }

    List<Hop> hops() {
        return links.stream().map(Link::hop).toList();
    }

    boolean holds(int round) {
        return links.stream().anyMatch(link -> link.round() == round);
    }
}
