package org.decentralizedai.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decentralizedai.billing.payout.EpochData;
import org.decentralizedai.billing.payout.EpochInputs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stranger sees who checks an epoch's file. The arithmetic is EpochCheckTest's, the chain ClerkIT's. */
final class VerifyEpochTest {
    private static final String POOL = "0x" + "9".repeat(40);

    @TempDir
    Path folder;

    private record Result(int code, String said) {}

    private static Result verify(Object... arguments) {
        var said = new StringWriter();
        var writer = new PrintWriter(said);
        var texts = java.util.Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        int code = VerifyEpochMain.command().setOut(writer).setErr(writer).execute(texts);
        return new Result(code, said.toString());
    }

    private static byte[] data() {
        return data(1, List.of(new EpochInputs.Spending("one", "acct_x", BigInteger.valueOf(1001))), null);
    }

    private static byte[] data(long epoch, List<EpochInputs.Spending> spent, byte @Nullable [] previous) {
        var before = previous == null ? null : EpochData.read(previous).computed();
        var trained = new TreeMap<>(Map.of("k1", BigInteger.TWO, "k2", BigInteger.ONE));
        var addresses = new TreeMap<>(Map.of("k1", "0x" + "a".repeat(40)));
        return EpochData.of(new EpochInputs(
                        epoch,
                        1000,
                        31_337,
                        POOL,
                        new EpochInputs.Read(70 * (epoch - 1), 70 * epoch, BigInteger.ZERO, BigInteger.ZERO),
                        new EpochInputs.Served(3, "c".repeat(64)),
                        10,
                        before == null ? BigInteger.ZERO : before.carried(),
                        spent,
                        trained,
                        new TreeMap<>(),
                        before == null ? new TreeMap<>() : before.unassigned(),
                        addresses,
                        before == null ? new TreeMap<>() : before.leaves(),
                        previous == null ? null : EpochData.hash(previous)))
                .bytes();
    }

    @Test
    void asPublished_zero_andWhatItComesTo() throws IOException {
        var result = verify(Files.write(folder.resolve("1.json"), data()));
        assertThat(result.code()).isZero();
        assertThat(result.said())
                .contains("epoch 1 of the contract 0x" + "9".repeat(40))
                .contains("revenue  1001 wei of 1 events, to 2 keys; carried on: 0")
                .contains("leaves   1 addresses, 667 wei, root 0x");
    }

    @Test
    void tampered_one_andTheDifference() throws IOException {
        String text = new String(data(), UTF_8).replace("\"k1\":\"667\"", "\"k1\":\"668\"");
        var result = verify(Files.writeString(folder.resolve("1.json"), text));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.said()).contains("DIFFERS  the shares differ for k1: 668 is published, 667 is right");
    }

    @Test
    void previous_whatTheEpochStartsFromIsChecked() throws IOException {
        var one = Files.write(folder.resolve("1.json"), data());
        var spent = List.of(new EpochInputs.Spending("two", "acct_x", BigInteger.TEN));
        var two = Files.write(folder.resolve("2.json"), data(2, spent, data()));
        var honest = verify(two, "--previous", one);
        assertThat(honest.code()).isZero();
        assertThat(honest.said()).doesNotContain("was not checked");
        assertThat(verify(two).said()).contains("what the epoch starts from was not checked: --previous");
        byte[] other = data(1, List.of(new EpochInputs.Spending("one", "acct_x", BigInteger.valueOf(2002))), null);
        var forged = Files.write(folder.resolve("3.json"), data(2, spent, other));
        var found = verify(forged, "--previous", one);
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.said()).contains("DIFFERS  the hash of the previous epoch's data");
    }

    @Test
    void otherContract_one() throws IOException {
        var file = Files.write(folder.resolve("1.json"), data());
        assertThat(verify(file, "--contract", POOL).code()).isZero();
        var other = verify(file, "--contract", "0x" + "8".repeat(40));
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.said()).contains("DIFFERS  the contract: " + POOL + " is published");
        assertThat(verify(file).said()).contains("WARNING  the contract's address is what the data says");
    }

    @Test
    void noFile_two() {
        assertThat(verify(folder.resolve("none.json")).code()).isEqualTo(2);
    }
}
