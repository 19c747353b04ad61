package org.decentralizedai.server.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;

/** The rule alone, over many lots: whether liars are audited in time, by audits that find each fake. */
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

    /** Its first fake is audited for certain. */
    @Test
    void liarFromTheFirstTask_isAuditedAtOnce() {
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

    @Test
    void rateAgreed_ofTheProven_isThatOfAudits() {
        assertThat(new Trust(0).rateAgreed()).isEqualTo(0.1);
        assertThat(new Trust(10).rateAgreed()).isEqualTo(0.1);
        assertThat(new Trust(1000).rateAgreed()).isEqualTo(Trust.FLOOR);
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
