package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Computes an epoch again from its published data, and says where that differs. Pure. */
public final class EpochCheck {
    /** Carries the first difference out of the comparisons. */
    private static final class Difference extends RuntimeException {
        private static final long serialVersionUID = 1;

        Difference(String sentence) {
            super(sentence, null, false, false);
        }
    }

    private EpochCheck() {}

    /**
     * The first difference, in words; empty: none.
     *
     * @param previous the published data of the epoch before; null: what the epoch starts from is taken as it says
     */
    public static Optional<String> difference(byte[] published, byte @Nullable [] previous) {
        try {
            var data = EpochData.read(published);
            checkInputs(data.given());
            if (previous != null) compareStart(data.given(), EpochData.read(previous), EpochData.hash(previous));
            else if (data.given().epoch() == 1) compareStart(data.given());
            compare(data.computed(), EpochRule.outcome(data.given()));
            return Optional.empty();
        } catch (Difference e) {
            return Optional.ofNullable(e.getMessage());
        } catch (IllegalArgumentException | NullPointerException e) { // what records and the rule refuse
            return Optional.of(e.getMessage() == null ? "this is no epoch's data" : e.getMessage());
        }
    }

    private static void checkInputs(EpochInputs in) {
        if (in.royaltyPercent() < 0 || in.royaltyPercent() > 100)
            throw new Difference("the royalty is no percentage: " + in.royaltyPercent());
        var events = new HashSet<String>();
        for (var spending : in.spent())
            if (!events.add(spending.posting()))
                throw new Difference("an event is counted twice: " + spending.posting());
        in.addresses().forEach((key, address) -> {
            if (!new PayoutAddress(address).text().equals(address))
                throw new Difference("the address of key " + key + " is not in small letters: " + address);
        });
    }

    private static void compareStart(EpochInputs in) {
        if (in.previous() != null) throw new Difference("the first epoch names one before it: " + in.previous());
        same("the block before the first epoch", in.read().after(), 0L);
        same("what was lost before the first epoch", in.read().lostBefore(), BigInteger.ZERO);
        same("what was carried into the first epoch", in.carried(), BigInteger.ZERO);
        same("what was unassigned before the first epoch", in.unassigned(), Map.of());
        same("the leaves before the first epoch", in.before(), Map.of());
    }

    private static void compareStart(EpochInputs in, EpochData before, String hash) {
        same("the number of the epoch", in.epoch(), before.given().epoch() + 1);
        same("the chain", in.chain(), before.given().chain());
        same("the contract", in.contract(), before.given().contract());
        same(
                "the block that the last epoch had come to",
                in.read().after(),
                before.given().read().last());
        same(
                "what was lost before",
                in.read().lostBefore(),
                before.given().read().lost());
        same("the hash of the previous epoch's data", String.valueOf(in.previous()), hash);
        same("what was carried into the epoch", in.carried(), before.computed().carried());
        same("what was unassigned before", in.unassigned(), before.computed().unassigned());
        same("the cumulative leaves before", in.before(), before.computed().leaves());
        var counted = new HashSet<String>();
        before.given().spent().forEach(spending -> counted.add(spending.posting()));
        for (var spending : in.spent())
            if (counted.contains(spending.posting()))
                throw new Difference("the previous epoch has counted this event already: " + spending.posting());
    }

    private static void compare(EpochOutcome published, EpochOutcome found) {
        same("the revenue", published.revenue(), found.revenue());
        same("the shares", published.shares(), found.shares());
        same("what is carried on", published.carried(), found.carried());
        same("what is assigned", published.assigned(), found.assigned());
        same("what stays unassigned", published.unassigned(), found.unassigned());
        same("the cumulative leaves", published.leaves(), found.leaves());
        same("the total", published.total(), found.total());
        same("the root", published.root(), found.root());
    }

    private static void same(String what, Object published, Object found) {
        if (!published.equals(found))
            throw new Difference(what + ": " + published + " is published, " + found + " is right");
    }

    private static void same(String what, Map<String, ?> published, Map<String, ?> found) {
        var keys = new TreeSet<>(published.keySet());
        keys.addAll(found.keySet());
        for (String key : keys)
            if (!Objects.equals(published.get(key), found.get(key)))
                throw new Difference(what + " differ for " + key + ": " + said(published.get(key)) + " is published, "
                        + said(found.get(key)) + " is right");
    }

    private static String said(@Nullable Object amount) {
        return amount == null ? "nothing" : amount.toString();
    }
}
