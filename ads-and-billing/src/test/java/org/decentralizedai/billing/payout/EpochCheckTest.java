package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two epochs in a row, and the second one with something changed. */
final class EpochCheckTest {
    private static final String POOL = "0x" + "9".repeat(40), ANN = "0x" + "a".repeat(40), BOB = "0x" + "b".repeat(40);
    private static final byte[] FIRST = EpochData.of(new EpochInputs(
                    1,
                    1000,
                    31_337,
                    POOL,
                    new EpochInputs.Read(0, 70, BigInteger.ZERO, BigInteger.TWO),
                    new EpochInputs.Served(3, "c".repeat(64)),
                    10,
                    BigInteger.ZERO,
                    List.of(spent("one", 1001)),
                    wei(Map.of("k1", 3, "k2", 1)),
                    wei(Map.of()),
                    wei(Map.of()),
                    new TreeMap<>(Map.of("k1", ANN)),
                    wei(Map.of()),
                    null))
            .bytes();
    private static final byte[] SECOND = second().bytes();

    private static EpochData second() {
        var before = EpochData.read(FIRST).computed();
        return EpochData.of(new EpochInputs(
                2,
                2000,
                31_337,
                POOL,
                new EpochInputs.Read(70, 90, BigInteger.TWO, BigInteger.ZERO),
                new EpochInputs.Served(9, "d".repeat(64)),
                10,
                before.carried(),
                List.of(spent("two", 500), spent("three", 77)),
                wei(Map.of("k1", 3, "k2", 5, "k3", 9)),
                wei(Map.of("k2", 4, "k3", 1)),
                before.unassigned(),
                new TreeMap<>(Map.of("k1", ANN, "k2", BOB)),
                before.leaves(),
                EpochData.hash(FIRST)));
    }

    private static EpochInputs.Spending spent(String posting, int wei) {
        return new EpochInputs.Spending(posting, "acct_x", BigInteger.valueOf(wei));
    }

    private static TreeMap<String, BigInteger> wei(Map<String, Integer> amounts) {
        var wei = new TreeMap<String, BigInteger>();
        amounts.forEach((key, amount) -> wei.put(key, BigInteger.valueOf(amount)));
        return wei;
    }

    @Test
    void asPublished_nothingDiffers() {
        assertThat(EpochCheck.difference(FIRST, null)).isEmpty();
        assertThat(EpochCheck.difference(SECOND, FIRST)).isEmpty();
        assertThat(EpochCheck.difference(SECOND, null)).isEmpty();
    }

    /** Every amount and every address, each changed alone. */
    @Test
    void anyNumberChanged_isFound() {
        String text = new String(SECOND, UTF_8);
        var numbers =
                java.util.regex.Pattern.compile("(?<=[:\"])(\\d+)(?=[\",}])").matcher(text);
        int changed = 0;
        while (numbers.find()) {
            if (text.startsWith("\"closedAtMillis\":", numbers.start() - 17)) continue; // follows from nothing
            if (text.startsWith("\"round\":", numbers.start() - 8)) continue;
            if (text.startsWith("\"last\":", numbers.start() - 7)) continue; // the chain tells: SpentCheckTest
            if (text.startsWith("\"lost\":\"", numbers.start() - 8)) continue; // likewise
            String other = text.substring(0, numbers.start())
                    + new BigInteger(numbers.group()).add(BigInteger.ONE)
                    + text.substring(numbers.end());
            assertThat(EpochCheck.difference(other.getBytes(UTF_8), FIRST))
                    .as(text.substring(Math.max(0, numbers.start() - 40), numbers.end()))
                    .isPresent();
            changed++;
        }
        assertThat(changed).isGreaterThan(20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"revenue\":\"577\" | \"revenue\":\"578\" | the revenue: 578 is published, 577 is right",
                "\"posting\":\"two\" | \"posting\":\"one\" | the previous epoch has counted this event already: one",
                "\"posting\":\"two\" | \"posting\":\"three\" | an event is counted twice: three",
                "\"royaltyPercent\":10 | \"royaltyPercent\":110 | the royalty is no percentage: 110",
                "\"version\":1 | \"version\":2 | only version 1 is known: 2",
                "\"after\":70 | \"after\":69 | the block that the last epoch had come to: 69 is published, 70 is right",
                "\"lostBefore\":\"2\" | \"lostBefore\":\"-2\" | what is lost must be >= 0",
                "\"royaltyPercent\":10 | \"royaltyPercent\":10,\"royaltyPercent\":10 | Duplicate",
                "\"k2\":\"5\" | \"k2\":\"5\",\"k2\":\"5\" | Duplicate",
                "\"epoch\":2 | \"epoch\":3 | the number of the epoch: 3 is published, 2 is right"
            })
    void difference_isSaidInWords(String was, String is, String said) {
        String text = new String(SECOND, UTF_8);
        assertThat(text).contains(was);
        assertThat(EpochCheck.difference(text.replace(was, is).getBytes(UTF_8), FIRST)
                        .orElseThrow())
                .contains(said);
    }

    @Test
    void otherPreviousData_isFound() {
        byte[] other = new String(FIRST, UTF_8).replace("acct_x", "acct_y").getBytes(UTF_8);
        assertThat(EpochCheck.difference(SECOND, other).orElseThrow()).contains("hash of the previous epoch's data");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "[]", "{\"version\":1}", "{\"version\":1,\"given\":{},\"computed\":{}}"})
    void noData_isSaid(String text) {
        assertThat(EpochCheck.difference(text.getBytes(UTF_8), null)).isPresent();
    }
}
