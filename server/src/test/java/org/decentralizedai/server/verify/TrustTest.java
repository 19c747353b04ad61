package org.decentralizedai.server.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;

/** The rule alone, over many lots: whether liars are found in time and whether lying pays. */
class TrustTest {
    private static final int LOTS = 4_000;

    /** One account's life under one lot. */
    private static final class Account {
        private final Lot lot;
        private Trust trust;
        private long task;

        Account(long seed, Trust trust) {
            lot = Lot.of(seed);
            this.trust = trust;
        }

        /** True when an audit looks at the next task. */
        private boolean audited() {
            return lot.draws(new Lease(task++, 1), trust.auditRate());
        }

        void honest(int tasks) {
            for (int i = 0; i < tasks; i++) if (audited()) trust = trust.agreed();
        }

        /** The number of the fake that is found, from 1; greater than {@code most} when none is. */
        int fakesUntilFound(int most) {
            for (int i = 1; i <= most; i++) if (audited()) return i;
            return most + 1;
        }
    }

    private static double foundWithin(Trust before, int honestBefore, int fakes) {
        return IntStream.range(0, LOTS)
                .mapToDouble(seed -> {
                    var account = new Account(seed, before);
                    account.honest(honestBefore);
                    return account.fakesUntilFound(fakes) <= fakes ? 1 : 0;
                })
                .average()
                .orElseThrow();
    }

    @Test
    void auditRate_isBoincsWithAFloor() {
        assertThat(new Trust(0).auditRate()).isEqualTo(1);
        assertThat(new Trust(9).auditRate()).isEqualTo(1);
        assertThat(new Trust(10).auditRate()).isEqualTo(0.1);
        assertThat(new Trust(20).auditRate()).isEqualTo(0.05);
        assertThat(new Trust(1000).auditRate()).isEqualTo(0.03);
    }

    @Test
    void draws_comeAsOftenAsTheySay() {
        var lot = Lot.of(5);
        for (double rate : new double[] {0.03, 0.1, 0.5})
            assertThat(IntStream.range(0, LOTS)
                            .filter(task -> lot.draws(new Lease(task, 1), rate))
                            .count())
                    .isCloseTo((long) (rate * LOTS), within((long) (4 * Math.sqrt(rate * LOTS))));
    }

    @Test
    void draws_othersSecret_areOthers() {
        Lot mine = Lot.secret(), other = Lot.secret();
        long equal = IntStream.range(0, LOTS)
                .filter(task -> mine.draws(new Lease(task, 1), 0.5) == other.draws(new Lease(task, 1), 0.5))
                .count();
        assertThat(equal).isCloseTo(LOTS / 2, within((long) (4 * Math.sqrt(LOTS))));
    }

    @Test
    void liarFromTheFirstTask_isFoundWithinFifty() {
        assertThat(foundWithin(Trust.NONE, 0, 50)).isGreaterThanOrEqualTo(0.99);
    }

    @Test
    void liarAfterAHundredHonestTasks_isFoundWithinAHundredFakes() {
        assertThat(foundWithin(Trust.NONE, 100, 100)).isGreaterThanOrEqualTo(0.95);
    }

    /** The most trusted account there can be: 1 − 0.97^100. */
    @Test
    void liarAtTheFloor_isFoundWithinAHundredFakes() {
        assertThat(1 - Math.pow(1 - Trust.FLOOR, 100)).isGreaterThanOrEqualTo(0.95);
        assertThat(foundWithin(new Trust(1000), 0, 100)).isCloseTo(0.9524, within(0.014));
    }

    /**
     * In pay of a task: each fake that nobody looks at brings one; the one that is found brings nothing and forfeits what is held
     * back. Whatever number of fakes the liar wants to go away with, it loses in the mean; exact, no lots.
     */
    @Test
    void lying_atAnyRateThatAnAccountCanHave_losesInTheMean() {
        for (int valid = 0; valid < 100; valid++)
            for (int wanted : new int[] {1, 10, 33, 100, 1000}) {
                double rate = new Trust(valid).auditRate(), alive = 1, gain = 0;
                for (int i = 0; i < wanted; i++) {
                    gain += alive * (1 - rate - rate * Trust.HELD_BACK_TASKS);
                    alive *= 1 - rate;
                }
                assertThat(gain).as("valid %d, wanted %d", valid, wanted).isNegative();
            }
    }

    /** The same by lots, for an account that has worked honestly for a hundred tasks. */
    @Test
    void lying_afterAHundredHonestTasks_losesInTheMean() {
        double gain = IntStream.range(0, LOTS)
                .mapToDouble(seed -> {
                    var account = new Account(seed, Trust.NONE);
                    account.honest(100);
                    int found = account.fakesUntilFound(100);
                    return found > 100 ? 100 : found - 1 - Trust.HELD_BACK_TASKS;
                })
                .average()
                .orElseThrow();
        assertThat(gain).isLessThan(-10);
    }

    @Test
    void heldBack_oneTaskLess_wouldPay() {
        double rate = Trust.FLOOR;
        assertThat(1 - rate - rate * Trust.HELD_BACK_TASKS).isNegative();
        assertThat(1 - rate - rate * (Trust.HELD_BACK_TASKS - 1)).isPositive();
    }

    /** A newcomer's first fake is audited for certain: it is paid nothing, and had its upload for nothing. */
    @Test
    void lying_fromTheFirstTask_isPaidNothing() {
        assertThat(IntStream.range(0, LOTS).map(seed -> new Account(seed, Trust.NONE).fakesUntilFound(50)))
                .allMatch(found -> found == 1);
    }

    /** However long they agree with one another: somebody else has the last word. */
    @Property
    void newcomers_thatVouchForEachOther_areNeverProven(
            @ForAll boolean audited, @ForAll @IntRange(max = 100) int tasks) {
        Trust one = Trust.NONE, other = Trust.NONE;
        for (int i = 0; i < tasks; i++) {
            boolean first = one.agreedWith(other, audited), second = other.agreedWith(one, audited);
            if (first) one = one.agreed();
            if (second) other = other.agreed();
            if (audited) assertThat(one.proven() || other.proven()).isFalse();
        }
        if (!audited && tasks >= Trust.PROVEN) assertThat(one.proven()).isTrue();
    }

    @Property
    void provenPartner_alwaysVouches(
            @ForAll @IntRange(max = 200) int own, @ForAll @IntRange(min = 10, max = 200) int partner) {
        assertThat(new Trust(own).agreedWith(new Trust(partner), true)).isTrue();
    }

    /** Two accounts of one hand, on a server with auditors: what they have agreed on is still looked at so often that lying loses. */
    @Property
    void lyingInPairs_losesInTheMean(@ForAll @IntRange(max = 200) int own, @ForAll @IntRange(max = 200) int partner) {
        double rate = new Trust(own).rateWith(new Trust(partner));
        assertThat(1 - rate - rate * Trust.HELD_BACK_TASKS).isNegative();
    }

    @Test
    void draws_ofAnotherQuestion_areIndependent() {
        var lot = Lot.of(5);
        long both = IntStream.range(0, LOTS)
                .mapToObj(task -> new Lease(task, 1))
                .filter(lease -> lot.draws(lease, 0.5) && lot.draws(lease, "other", 0.5))
                .count();
        assertThat(both).isCloseTo(LOTS / 4, within((long) (4 * Math.sqrt(LOTS))));
    }
}
