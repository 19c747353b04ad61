package org.decentralizedai.server.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.server.verify.Trust;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether lying pays, in pay of a task: by the rates of the audits and the rule of what is held back, with missed and late audits. */
class LyingTest {
    private static final int LIVES = 4_000, HELD = CreditLedger.HELD_TASKS;

    private static double rate(double trusted, int clear) {
        return Math.min(1, HoldBack.auditRate(trusted, 1, clear, clear, clear));
    }

    /** What one more fake brings in the mean, of an account with so many clear grants. */
    private static double gain(double rate, double detection, int clear) {
        double found = rate * detection;
        return (1 - found) - found * Math.min(clear, HELD);
    }

    /** A newcomer's is certainly audited: 0, and 0 lost, when it has nothing. */
    @Property
    void fake_ofAnyAccount_bringsNothingInTheMean(
            @ForAll @IntRange(max = 200) int valid, @ForAll @IntRange(max = 60) int clear) {
        double rate = rate(new Trust(valid).auditRate(), clear);
        assertThat(gain(rate, 1, clear)).isLessThanOrEqualTo(1e-12);
        if (valid < Trust.PROVEN) assertThat(gain(rate, 1, clear)).isEqualTo(-Math.min(clear, HELD));
    }

    /** Where a tenth of the audits are deceived, or missed. Who has nothing to lose gains that tenth of a task. */
    @Property
    void fake_oneAuditOfTenFails_bringsNothingInTheMeanToWhoHasSomethingToLose(
            @ForAll @IntRange(max = 200) int valid, @ForAll @IntRange(max = 60) int clear) {
        double gain = gain(rate(new Trust(valid).auditRate(), clear), HoldBack.DETECTION, clear);
        if (clear > 0) assertThat(gain).isLessThanOrEqualTo(1e-12);
        else assertThat(gain).isCloseTo(1 - HoldBack.DETECTION, within(1e-12));
    }

    /** With 36 held, or audits missed more often than that, it would pay at the floor: the numbers are tied. */
    @Test
    void fake_atTheFloor_oneHeldLessOrMoreMissed_wouldPay() {
        assertThat(gain(Trust.FLOOR, HoldBack.DETECTION, HELD)).isNegative();
        assertThat(gain(Trust.FLOOR, HoldBack.DETECTION, HELD - 1)).isPositive();
        assertThat(gain(Trust.FLOOR, 0.8, HELD)).isPositive();
    }

    /**
     * Two accounts of one hand that are drawn for one task and agree in a lie, on a server with auditors. What volunteers alone say of an
     * unproven account is not clear and brings no pay: while both are unproven a lie can only lose.
     */
    @Property
    void fakeThatAnAccompliceVouchesFor_bringsNothingInTheMean(
            @ForAll @IntRange(max = 200) int valid, @ForAll @IntRange(max = 60) int clear) {
        var trust = new Trust(valid);
        double rate = trust.proven() ? rate(trust.rateAgreed(), clear) : trust.rateAgreed();
        double pays = trust.proven() ? 1 : 0;
        assertThat((1 - rate) * pays - rate * Math.min(clear, HELD)).isLessThanOrEqualTo(1e-12);
    }

    private enum State {
        CLEAR,
        DRAWN,
        MISSED
    }

    private static final class Grant {
        final boolean fake;
        State state = State.CLEAR;

        Grant(boolean fake) {
            this.fake = fake;
        }
    }

    private record Verdict(Grant of, int due, boolean missed) {}

    /** One account's, under one lot: its grants as the ledger settles them. */
    private static final class Life {
        private final Random lot;
        private final int delay;
        private final double missed;
        private final List<Grant> held = new ArrayList<>();
        private final Deque<Verdict> waiting = new ArrayDeque<>(); // the first is due first
        private Trust trust = Trust.NONE;
        private int tasks;
        private int gain; // fakes that were paid, less honest tasks that were forfeited
        private boolean caught;

        /** @param delay tasks until an audit is decided @param missed share of the audits */
        Life(long seed, int delay, double missed) {
            lot = new Random(seed);
            this.delay = delay;
            this.missed = missed;
        }

        Life work(int number, boolean fake) {
            for (int i = 0; i < number && !caught; i++) task(fake);
            return this;
        }

        private void task(boolean fake) {
            decide();
            if (caught) return;
            var grant = new Grant(fake);
            release();
            int before = held.size(), clear = 0;
            for (var each : held) if (each.state == State.CLEAR) clear++;
            held.add(grant);
            tasks++;
            double rate = HoldBack.auditRate(trust.auditRate(), 1, before, before, Math.min(clear, HELD));
            if (lot.nextDouble() >= rate) return;
            grant.state = State.DRAWN;
            waiting.add(new Verdict(grant, tasks + delay, lot.nextDouble() < missed));
        }

        /** As when the next grant is booked. */
        private void release() {
            while (clearBehindTheFirst() >= HELD) if (held.removeFirst().fake) gain++;
        }

        /** And before the next that is drawn. Plain loops here: millions of tasks go through them. */
        private int clearBehindTheFirst() {
            int clear = 0;
            for (int i = 1; i < held.size() && held.get(i).state != State.DRAWN; i++)
                if (held.get(i).state == State.CLEAR) clear++;
            return clear;
        }

        private void decide() {
            while (!waiting.isEmpty() && waiting.getFirst().due() <= tasks) {
                var verdict = waiting.removeFirst();
                if (verdict.missed()) verdict.of().state = State.MISSED;
                else if (verdict.of().fake) catchIt();
                else {
                    verdict.of().state = State.CLEAR;
                    trust = trust.agreed();
                }
            }
        }

        private void catchIt() {
            caught = true;
            for (var grant : held) if (!grant.fake) gain--;
            held.clear();
        }
    }

    private static double mean(int honest, int fakes, int delay, double missed) {
        return IntStream.range(0, LIVES)
                .map(seed -> new Life(seed, delay, missed)
                        .work(honest, false)
                        .work(fakes, true)
                        .work(3 * HELD, false) // to be paid for what was not found
                        .gain)
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "5, 0", "30, 0", "0, 0.1", "5, 0.1", "30, 0.1"})
    void lying_afterHonestTasks_losesInTheMean(int delay, double missed) {
        for (int honest : new int[] {10, 40, 100, 400})
            for (int fakes : new int[] {30, 100})
                assertThat(mean(honest, fakes, delay, missed))
                        .as("%d honest, %d fakes", honest, fakes)
                        .isNegative();
    }

    /** Whatever share of its audits is missed, all of them too: it is audited each time and never clear. It gains nothing and has nothing to lose. */
    @ParameterizedTest
    @CsvSource({"0, 0", "0, 0.5", "30, 0.5", "0, 1", "30, 1"})
    void lying_fromTheFirstTaskOn_isNeverPaid(int delay, double missed) {
        for (int seed = 0; seed < 1_000; seed++)
            assertThat(new Life(seed, delay, missed).work(200, true).gain).isZero();
    }

    /** What the rule does not cover: said here so that nobody believes it does. */
    @Test
    void missedFake_thatHonestTasksFollow_isPaidAfterAll() {
        assertThat(mean(0, 1, 0, 0.5)).isCloseTo(0.5, within(0.05));
    }
}
