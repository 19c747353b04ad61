package org.decentralizedai.billing.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Something that happens to the ledger.
 *
 * @param customer one of {@link #CUSTOMERS}
 * @param subject which grant, request or deposit: numbers come again, so that ids do
 * @param amount granted or reserved
 * @param part of a reservation that is paid, in percent
 */
record Action(Kind kind, int customer, int subject, int amount, int part) {
    static final int CUSTOMERS = 3;
    private static final int SUBJECTS = 8;

    enum Kind {
        GRANT,
        RESERVE,
        SETTLE,
        RELEASE,
        REFUND,
        ROLL_UP,
        DEPOSIT,
        /** The process dies: whatever was reserved is settled by its part when it starts again. */
        CRASH,
        WEEK
    }

    static Arbitrary<List<Action>> sequences() {
        var kinds = Arbitraries.frequency(
                Tuple.of(4, Kind.GRANT),
                Tuple.of(8, Kind.RESERVE),
                Tuple.of(5, Kind.SETTLE),
                Tuple.of(2, Kind.RELEASE),
                Tuple.of(1, Kind.REFUND),
                Tuple.of(2, Kind.ROLL_UP),
                Tuple.of(1, Kind.DEPOSIT),
                Tuple.of(1, Kind.CRASH),
                Tuple.of(1, Kind.WEEK));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, CUSTOMERS - 1),
                        Arbitraries.integers().between(0, SUBJECTS - 1),
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.integers().between(0, 100))
                .as(Action::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    /** The same ones for the same seed, outside of a property. */
    static List<List<Action>> random(int sequences, long seed) {
        var all = new ArrayList<List<Action>>();
        JqwikSession.run(() -> {
            var generator = sequences().generator(1000);
            var random = new Random(seed);
            for (int i = 0; i < sequences; i++) all.add(generator.next(random).value());
        });
        return all;
    }
}
