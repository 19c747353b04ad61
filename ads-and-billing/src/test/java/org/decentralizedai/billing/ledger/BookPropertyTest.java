package org.decentralizedai.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.decentralizedai.billing.OnlySlow;

/** Grants, reservations, settlements, refunds, roll-ups, crashes and replays in any order, by the pure rules. */
class BookPropertyTest {
    @Provide
    Arbitrary<List<Action>> actions() {
        return Action.sequences();
    }

    @Property(tries = 2000)
    void anyOrder_lawsHold(@ForAll("actions") List<Action> actions) {
        play(actions);
    }

    @Property(tries = 100_000, shrinking = ShrinkingMode.BOUNDED)
    @AddLifecycleHook(OnlySlow.class)
    void anyOrder_lawsHold_oftenTried(@ForAll("actions") List<Action> actions) {
        play(actions);
    }

    private static void play(List<Action> actions) {
        var customers = new Customers("c", new Epoch(0));
        Book book = Book.EMPTY;
        for (Action action : actions) {
            for (var expected : customers.doing(action)) {
                var turn = book.post(expected.posting());
                assertThat(turn.outcome()).as("%s", expected).isEqualTo(expected.outcome());
                if (turn.outcome() != Outcome.POSTED) assertThat(turn.next()).isSameAs(book);
                book = turn.next();
            }
            checkSums(book.amounts());
        }
        for (var expected : List.of(customers.amounts(), customers.common()))
            for (var amount : expected.entrySet())
                assertThat(book.amount(amount.getKey()))
                        .as("%s", amount.getKey())
                        .isEqualTo(amount.getValue());
    }

    /** The sum of all accounts is zero in each unit, and no account but a source is below zero. */
    static void checkSums(Map<Account, BigInteger> amounts) {
        var sums = new EnumMap<Unit, BigInteger>(Unit.class);
        amounts.forEach((account, amount) -> {
            sums.merge(account.kind().unit(), amount, BigInteger::add);
            if (!account.kind().source()) assertThat(amount).as("%s", account).isNotNegative();
        });
        assertThat(sums.values()).allMatch(sum -> sum.signum() == 0);
    }
}
