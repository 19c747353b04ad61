package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Splits a whole number by weights: everybody gets {@code floor(total * weight / sum)}, and the units that are left over go, one each,
 * to the largest remainders, of equal ones to the smaller key. So the parts sum to the total, and a weight of zero gets nothing.
 */
public final class Split {
    private Split() {}

    private record Remainder(String key, BigInteger rest) {}

    /** @throws IllegalArgumentException when there is something to split and no weight, or a number is below zero */
    public static SortedMap<String, BigInteger> of(BigInteger total, SortedMap<String, BigInteger> weights) {
        if (total.signum() < 0) throw new IllegalArgumentException("total must be >= 0: " + total);
        weights.forEach((key, weight) -> {
            if (weight.signum() < 0)
                throw new IllegalArgumentException("weight must be >= 0: " + weight + " of " + key);
        });
        var parts = new TreeMap<String, BigInteger>();
        if (total.signum() == 0) {
            weights.keySet().forEach(key -> parts.put(key, BigInteger.ZERO));
            return parts;
        }
        var sum = Sums.of(weights.values());
        if (sum.signum() == 0) throw new IllegalArgumentException("nobody has a weight: total=" + total);
        var remainders = new ArrayList<Remainder>();
        weights.forEach((key, weight) -> {
            BigInteger[] part = total.multiply(weight).divideAndRemainder(sum);
            parts.put(key, part[0]);
            remainders.add(new Remainder(key, part[1]));
        });
        remainders.sort(Comparator.comparing(Remainder::rest).reversed().thenComparing(Remainder::key));
        int left = total.subtract(Sums.of(parts.values())).intValueExact(); // fewer than remainders above zero
        for (Remainder each : remainders.subList(0, left)) parts.merge(each.key(), BigInteger.ONE, BigInteger::add);
        return parts;
    }
}
