package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class EpochRuleTest {
    private static final List<String> ADDRESSES =
            List.of("0x" + "a".repeat(40), "0x" + "b".repeat(40), "0x" + "c".repeat(40));

    private static SortedMap<String, BigInteger> of(Object... pairs) {
        var map = new TreeMap<String, BigInteger>();
        for (int i = 0; i < pairs.length; i += 2)
            map.put((String) pairs[i], BigInteger.valueOf((Integer) pairs[i + 1]));
        return map;
    }

    private static SortedMap<String, BigInteger> shares(
            int revenue, SortedMap<String, BigInteger> trained, SortedMap<String, BigInteger> serving) {
        return EpochRule.shares(BigInteger.valueOf(revenue), 10, trained, serving);
    }

    @Example
    void royaltyByTraining_theRestByServing() {
        assertThat(shares(1000, of("a", 3, "b", 1), of("b", 1, "c", 1)))
                .isEqualTo(of("a", 75, "b", 25 + 450, "c", 450));
    }

    @Example
    void nobodyServes_everythingByTraining() {
        assertThat(shares(1000, of("a", 3, "b", 1), of())).isEqualTo(of("a", 750, "b", 250));
    }

    @Example
    void nobodyTrained_everythingByServing() {
        assertThat(shares(1000, of("a", 0), of("b", 1))).isEqualTo(of("b", 1000));
    }

    @Example
    void noWeights_orNoRevenue_nothing() {
        assertThat(shares(1000, of("a", 0), of())).isEmpty();
        assertThat(shares(0, of("a", 1), of())).isEmpty();
        assertThat(shares(-5, of("a", 1), of())).isEmpty();
    }

    /** What happens between two epochs. */
    record Step(
            int spent,
            SortedMap<String, BigInteger> trained,
            SortedMap<String, BigInteger> serving,
            Map<String, String> addresses) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        var key = Arbitraries.of("k1", "k2", "k3", "k4", "k5");
        var weights = Arbitraries.maps(
                        key, Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.valueOf(1_000_000)))
                .<SortedMap<String, BigInteger>>map(TreeMap::new);
        var addresses = Arbitraries.maps(key, Arbitraries.of(ADDRESSES));
        return Combinators.combine(Arbitraries.integers().between(0, 1_000_000), weights, weights, addresses)
                .as(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(12);
    }

    /** Addresses change, come and go; weights are zero, many or none. */
    @Property(tries = 2000)
    void epochsInARow_everyWeiIsSomewhere_noLeafFalls(@ForAll("histories") List<Step> history) {
        var carried = BigInteger.ZERO;
        var income = BigInteger.ZERO;
        SortedMap<String, BigInteger> unassigned = new TreeMap<>(), leaves = new TreeMap<>();
        long epoch = 0;
        for (Step step : history) {
            var in = new EpochInputs(
                    ++epoch,
                    0,
                    1,
                    ADDRESSES.getFirst(),
                    EpochInputs.Read.NOTHING,
                    null,
                    10,
                    carried,
                    List.of(new EpochInputs.Spending("p", "c", BigInteger.valueOf(step.spent()))),
                    step.trained(),
                    step.serving(),
                    unassigned,
                    new TreeMap<>(step.addresses()),
                    leaves,
                    null);
            var out = EpochRule.outcome(in);
            income = income.add(BigInteger.valueOf(step.spent()));
            assertThat(out.carried().add(Sums.of(out.unassigned().values())).add(out.total()))
                    .isEqualTo(income);
            in.before()
                    .forEach((address, wei) ->
                            assertThat(out.leaves().get(address)).isGreaterThanOrEqualTo(wei));
            assertThat(out.assigned().keySet()).allMatch(step.addresses()::containsKey);
            assertThat(out.unassigned().keySet()).noneMatch(step.addresses()::containsKey);
            assertThat(out).isEqualTo(EpochRule.outcome(in));
            carried = out.carried();
            unassigned = out.unassigned();
            leaves = out.leaves();
        }
    }
}
