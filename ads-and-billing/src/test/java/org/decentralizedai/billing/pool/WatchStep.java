package org.decentralizedai.billing.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Something that happens on the chain, to the server or between it and a customer.
 *
 * @param who one of {@link #CUSTOMERS}; the last is a stranger
 * @param size of an amount, or how many of something; when it is odd, a customer's second purse is meant
 */
record WatchStep(What what, int who, int size) {
    static final int CUSTOMERS = 3;

    enum What {
        DEPOSIT,
        EXIT,
        CANCEL,
        PAY_OUT,
        COUNT_SPENT,
        CLAIM,
        AUTHORISE,
        REVOKE,
        CONTEST,
        ROOT,
        MINE,
        REORGANISE,
        TAKE_BACK,
        LOOK,
        LOOK_THAT_FAILS,
        LOOK_THAT_DIES,
        LOOK_BEHIND,
        LOOK_AT_REPEATS,
        RESTART,
        GRANT,
        SPEND,
        SHARE_OUT
    }

    static Arbitrary<List<WatchStep>> sequences() {
        var whats = Arbitraries.frequency(
                Tuple.of(6, What.DEPOSIT),
                Tuple.of(2, What.EXIT),
                Tuple.of(1, What.CANCEL),
                Tuple.of(2, What.PAY_OUT),
                Tuple.of(3, What.COUNT_SPENT),
                Tuple.of(1, What.CLAIM),
                Tuple.of(1, What.AUTHORISE),
                Tuple.of(1, What.REVOKE),
                Tuple.of(1, What.CONTEST),
                Tuple.of(1, What.ROOT),
                Tuple.of(8, What.MINE),
                Tuple.of(3, What.REORGANISE),
                Tuple.of(1, What.TAKE_BACK),
                Tuple.of(6, What.LOOK),
                Tuple.of(2, What.LOOK_THAT_FAILS),
                Tuple.of(2, What.LOOK_THAT_DIES),
                Tuple.of(1, What.LOOK_BEHIND),
                Tuple.of(1, What.LOOK_AT_REPEATS),
                Tuple.of(1, What.RESTART),
                Tuple.of(1, What.GRANT),
                Tuple.of(5, What.SPEND),
                Tuple.of(1, What.SHARE_OUT));
        return Combinators.combine(
                        whats,
                        Arbitraries.integers().between(0, CUSTOMERS - 1),
                        Arbitraries.integers().between(1, 12))
                .as(WatchStep::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    /** The same ones for the same seed, outside of a property. */
    static List<List<WatchStep>> random(int sequences, long seed) {
        var all = new ArrayList<List<WatchStep>>();
        JqwikSession.run(() -> {
            var generator = sequences().generator(1000);
            var random = new Random(seed);
            for (int i = 0; i < sequences; i++) all.add(generator.next(random).value());
        });
        return all;
    }
}
