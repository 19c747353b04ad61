package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A forger who computes everything else again, so that {@link EpochCheck} has nothing to say; and what reorganisations do to honest data. */
final class SpentCheckTest {
    private static final String TX1 = "1".repeat(64), TX2 = "2".repeat(64), A = "a".repeat(16), B = "b".repeat(16);
    private static final List<SpentCheck.Event> CHAIN = List.of(event(TX1, A, 0, 80, 100), event(TX2, A, 3, 85, 20));

    private static SpentCheck.Event event(String tx, String block, long index, long number, long wei) {
        return new SpentCheck.Event(new SpentCheck.Name(tx, block, index), number, BigInteger.valueOf(wei));
    }

    private static String posting(String tx, String block, long index) {
        return "ether/5/" + tx + "/" + block + "/" + index;
    }

    private static EpochInputs.Spending spending(String posting, long wei) {
        return new EpochInputs.Spending(posting, "acct_x", BigInteger.valueOf(wei));
    }

    private static final EpochInputs.Spending FIRST = spending(posting(TX1, A, 0), 100),
            SECOND = spending(posting(TX2, A, 3), 20);

    /** @param before what earlier epochs have counted, carried on */
    private static EpochData data(long before, long lostBefore, long lost, EpochInputs.Spending... spent) {
        return EpochData.of(new EpochInputs(
                2,
                0,
                5,
                "0x" + "9".repeat(40),
                new EpochInputs.Read(70, 90, BigInteger.valueOf(lostBefore), BigInteger.valueOf(lost)),
                null,
                10,
                BigInteger.valueOf(before),
                List.of(spent),
                new TreeMap<>(Map.of("k", BigInteger.ONE)),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                "c".repeat(64)));
    }

    private static String said(EpochData data, List<SpentCheck.Event> events) {
        assertThat(EpochCheck.difference(data.bytes(), null)).isEmpty();
        return new SpentCheck(data, events).difference().orElse("");
    }

    private static String said(EpochInputs.Spending... spent) {
        return said(data(0, 0, 0, spent), CHAIN);
    }

    @Test
    void honest_nothingDiffers() {
        assertThat(said(FIRST, SECOND)).isEmpty();
    }

    @Test
    void countedTwice_underOtherNames_isFound() {
        assertThat(said(FIRST, SECOND, spending(posting(TX1, A, 0) + "/2", 100)))
                .contains("is of 100 wei, not 200");
        assertThat(said(FIRST, SECOND, spending(posting(TX1, B, 0), 100))).contains("has said nothing of spending");
        assertThat(said(FIRST, SECOND, spending("ether/6/" + TX1 + "/" + A + "/0", 100)))
                .contains("names no event");
    }

    @Test
    void inventedOrWrongSign_isFound() {
        assertThat(said(FIRST, SECOND, spending("made up", 5))).contains("names no event");
        assertThat(said(FIRST, SECOND, spending("made up", -5))).contains("names no event");
        assertThat(said(FIRST, SECOND, spending(posting(TX1, B, 0), -50))).contains("wrong sign");
        assertThat(said(FIRST, SECOND, spending("undone/" + posting(TX1, B, 0), 50)))
                .contains("wrong sign");
        assertThat(said(FIRST, SECOND, spending("undone/" + posting(TX1, B, 0), -50)))
                .contains("all that was ever counted is 70 wei");
    }

    @Test
    void lessOrLeftOut_isFound() {
        assertThat(said(FIRST, spending(posting(TX2, A, 3), 19))).contains("is of 20 wei, not 19");
        assertThat(said(FIRST)).contains("an event is left out: 20 wei");
    }

    @Test
    void earlierEpochsEvent_isFound() {
        var events = new ArrayList<>(CHAIN);
        events.addFirst(event("3".repeat(64), A, 1, 70, 7));
        assertThat(said(data(7, 0, 0, FIRST, SECOND), events)).isEmpty();
        assertThat(said(data(7, 0, 0, FIRST, SECOND, spending(posting("3".repeat(64), A, 1), 7)), events))
                .contains("an earlier epoch has counted this event already");
        assertThat(said(data(0, 0, 0, FIRST, SECOND), events)).contains("the contract has said 127 until block 90");
    }

    @Test
    void reorganisations_areNoDifference() {
        var undone = spending("undone/" + posting(TX1, B, 0), -100);
        assertThat(said(spending(posting(TX1, B, 0), 100), undone, FIRST, SECOND))
                .isEmpty();
        assertThat(said(data(100, 0, 0, undone, FIRST, SECOND), CHAIN)).isEmpty(); // counted by the epoch before
        assertThat(said(data(100, 0, 100, FIRST, SECOND), CHAIN)).isEmpty(); // shared out, then lost
        assertThat(said(data(100, 100, 0, SECOND), CHAIN)).isEmpty(); // made up for by the first event
    }
}
