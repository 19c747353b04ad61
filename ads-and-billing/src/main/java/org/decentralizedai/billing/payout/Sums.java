package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sums of whole numbers. */
final class Sums {
    private Sums() {}

    static BigInteger of(Collection<BigInteger> numbers) {
        return numbers.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** Key by key; those of zero are left out. */
    static SortedMap<String, BigInteger> of(Map<String, BigInteger> a, Map<String, BigInteger> b) {
        var sums = new TreeMap<>(a);
        b.forEach((key, number) -> sums.merge(key, number, BigInteger::add));
        sums.values().removeIf(number -> number.signum() == 0);
        return sums;
    }
}
