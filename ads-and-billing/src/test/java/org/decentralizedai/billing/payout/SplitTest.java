package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SplitTest {
    @Provide
    Arbitrary<BigInteger> totals() {
        return Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TEN.pow(30));
    }

    @Provide
    Arbitrary<SortedMap<String, BigInteger>> weights() {
        var weight = Arbitraries.oneOf(
                Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TWO),
                Arbitraries.bigIntegers().between(BigInteger.ZERO, BigInteger.TEN.pow(18)));
        return Arbitraries.maps(Arbitraries.strings().numeric().ofLength(3), weight)
                .ofMinSize(1)
                .ofMaxSize(40)
                .filter(map -> map.values().stream().anyMatch(each -> each.signum() > 0))
                .map(TreeMap::new);
    }

    @Property(tries = 5000)
    void partsSumToTheTotal_nobodyIsAWholeUnitOff(
            @ForAll("totals") BigInteger total, @ForAll("weights") SortedMap<String, BigInteger> weights) {
        var parts = Split.of(total, weights);
        var sum = Sums.of(weights.values());
        assertThat(Sums.of(parts.values())).isEqualTo(total);
        assertThat(parts.keySet()).isEqualTo(weights.keySet());
        weights.forEach((key, weight) -> {
            var part = parts.getOrDefault(key, BigInteger.ZERO);
            var off = part.multiply(sum).subtract(total.multiply(weight)).abs();
            assertThat(off).isLessThan(sum);
            if (weight.signum() == 0) assertThat(part).isZero();
        });
    }

    @Property(tries = 1000)
    void moreWeight_neverLess(
            @ForAll("totals") BigInteger total, @ForAll("weights") SortedMap<String, BigInteger> weights) {
        var parts = Split.of(total, weights);
        weights.forEach((a, more) -> weights.forEach((b, less) -> {
            if (more.compareTo(less) > 0)
                assertThat(parts.getOrDefault(a, BigInteger.ZERO))
                        .isGreaterThanOrEqualTo(parts.getOrDefault(b, BigInteger.ZERO));
        }));
    }

    @Example
    void equalRemainders_theSmallerKeyFirst() {
        var three = new TreeMap<>(Map.of("c", BigInteger.ONE, "a", BigInteger.ONE, "b", BigInteger.ONE));
        assertThat(Split.of(BigInteger.valueOf(5), three))
                .isEqualTo(Map.of("a", BigInteger.TWO, "b", BigInteger.TWO, "c", BigInteger.ONE));
    }

    @Example
    void noWeights_isAnError_unlessThereIsNothing() {
        var none = new TreeMap<>(Map.of("a", BigInteger.ZERO));
        assertThat(Split.of(BigInteger.ZERO, none)).isEqualTo(none);
        assertThatThrownBy(() -> Split.of(BigInteger.ONE, none)).isInstanceOf(IllegalArgumentException.class);
    }
}
