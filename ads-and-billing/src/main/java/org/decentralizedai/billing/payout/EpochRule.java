package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who gets what of an epoch's revenue. A royalty goes to those who trained the served checkpoint, the rest to those who served; where one
 * of the two has no weights its part is the other's, and where both have none everything waits for the next epoch. What a key has earned goes to
 * its address, once it has one. Pure: the same inputs give the same outcome, to the wei.
 */
public final class EpochRule {
    private static final BigInteger WHOLE = BigInteger.valueOf(100);

    private EpochRule() {}

    public static EpochOutcome outcome(EpochInputs in) {
        var revenue = in.carried()
                .add(in.spent().stream().map(EpochInputs.Spending::wei).reduce(BigInteger.ZERO, BigInteger::add));
        var shares = shares(revenue, in.royaltyPercent(), in.trained(), in.serving());
        var earned = Sums.of(in.unassigned(), shares);
        var assigned = new TreeMap<String, BigInteger>();
        var unassigned = new TreeMap<String, BigInteger>();
        var toAddresses = new TreeMap<String, BigInteger>();
        earned.forEach((key, wei) -> {
            String address = in.addresses().get(key);
            (address == null ? unassigned : assigned).put(key, wei);
            if (address != null) toAddresses.merge(address, wei, BigInteger::add);
        });
        var leaves = Sums.of(in.before(), toAddresses);
        return new EpochOutcome(
                revenue,
                shares,
                revenue.subtract(Sums.of(shares.values())),
                assigned,
                unassigned,
                leaves,
                Sums.of(leaves.values()),
                MerkleTree.of(leaves).root());
    }

    /** By key; zeros left out. Nothing when nobody has a weight, or when a reorganisation took more than came. */
    static SortedMap<String, BigInteger> shares(
            BigInteger revenue,
            int royaltyPercent,
            SortedMap<String, BigInteger> trained,
            SortedMap<String, BigInteger> serving) {
        boolean anyTrained = Sums.of(trained.values()).signum() > 0;
        boolean anyServing = Sums.of(serving.values()).signum() > 0;
        if (revenue.signum() <= 0 || !anyTrained && !anyServing) return Collections.emptySortedMap();
        if (!anyServing) return Sums.of(Split.of(revenue, trained), new TreeMap<>());
        if (!anyTrained) return Sums.of(Split.of(revenue, serving), new TreeMap<>());
        var royalty = revenue.multiply(BigInteger.valueOf(royaltyPercent)).divide(WHOLE);
        return Sums.of(Split.of(royalty, trained), Split.of(revenue.subtract(royalty), serving));
    }
}
