package org.decentralizedai.billing.ethereum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignInMessageTest {
    /** The example of EIP-4361. */
    private static final String EXAMPLE = """
            example.com wants you to sign in with your Ethereum account:
            0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

            I accept the ExampleOrg Terms of Service: https://example.com/tos

            URI: https://example.com/login
            Version: 1
            Chain ID: 1
            Nonce: 32891756
            Issued At: 2021-09-30T16:25:24Z
            Resources:
            - ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
            - https://example.com/my-web2-claim.json""";

    private static final SignInMessage FULL = new SignInMessage(
            "https",
            "train.example:8443",
            "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
            "Sign in.",
            URI.create("https://train.example:8443"),
            1,
            "abcdefgh",
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-01-01T00:05:00.5Z"),
            Instant.parse("2025-12-31T00:00:00Z"),
            "a-1",
            List.of("urn:x"));

    @Test
    void example_isRead() {
        var message = SignInMessage.parse(EXAMPLE);
        assertThat(message.domain()).isEqualTo("example.com");
        assertThat(message.scheme()).isNull();
        assertThat(message.statement()).startsWith("I accept");
        assertThat(message.nonce()).isEqualTo("32891756");
        assertThat(message.issuedAt()).isEqualTo(Instant.parse("2021-09-30T16:25:24Z"));
        assertThat(message.resources()).hasSize(2);
        assertThat(message.text()).isEqualTo(EXAMPLE);
    }

    @Test
    void everyField_isWrittenAndReadBack() {
        assertThat(SignInMessage.parse(FULL.text())).isEqualTo(FULL);
    }

    @Test
    void noStatement_leavesTwoEmptyLines() {
        String text = EXAMPLE.replace("I accept the ExampleOrg Terms of Service: https://example.com/tos\n", "");
        assertThat(SignInMessage.parse(text).statement()).isNull();
        assertThat(SignInMessage.parse(text).text()).isEqualTo(text);
    }

    @Test
    void times_haveOffsets() {
        String text = EXAMPLE.replace("16:25:24Z", "18:25:24.000+02:00");
        assertThat(SignInMessage.parse(text).issuedAt()).isEqualTo(Instant.parse("2021-09-30T16:25:24Z"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    example.com wants    | wants
                    example.com wants    | a b wants
                    example.com wants    | user@example.com wants
                    0xC02aaA             | 0xc02aaA
                    Version: 1           | Version: 2
                    Version: 1           | version: 1
                    Chain ID: 1          | Chain ID: 01
                    Chain ID: 1          | Chain ID: 0x1
                    Chain ID: 1          | Chain ID: 99999999999999999999
                    Nonce: 32891756      | Nonce: 3289175
                    Nonce: 32891756      | Nonce: 3289-1756
                    2021-09-30T16:25:24Z | 2021-09-31T16:25:24Z
                    2021-09-30T16:25:24Z | 2021-09-30T16:25Z
                    2021-09-30T16:25:24Z | yesterday
                    https://example.com/login | /login
                    https://example.com/login | https://exa mple.com
                    Resources:           | Resources: x
                    - ipfs               | * ipfs
                    I accept             | I “accept”
                    I accept             | I <accept>
                    """)
    void oneWrongLetter_isNoMessage(String right, String wrong) {
        assertThat(EXAMPLE).contains(right);
        assertThatThrownBy(() -> SignInMessage.parse(EXAMPLE.replace(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EIP-4361");
    }

    @Test
    void linesMoreOrFewer_areNoMessage() {
        List<String> lines = EXAMPLE.lines().toList();
        for (int i = 0; i < 10; i++) { // the resources may be fewer
            String without =
                    String.join("\n", lines.subList(0, i)) + "\n" + String.join("\n", lines.subList(i + 1, 13));
            int line = i;
            if (i != 3) // without the statement it is one
            assertThatThrownBy(() -> SignInMessage.parse(without))
                        .as("line %d", line)
                        .isInstanceOf(IllegalArgumentException.class);
        }
        for (String end : new String[] {"\n", "\nResources:", "\n- \n", " "})
            assertThatThrownBy(() -> SignInMessage.parse(EXAMPLE + end))
                    .as(end)
                    .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SignInMessage.parse(EXAMPLE.replace("\n", "\r\n")));
        assertThatThrownBy(() -> SignInMessage.parse("x".repeat(5000))).hasMessageContaining("4096");
        assertThatThrownBy(() -> SignInMessage.parse(""));
    }

    /** Whatever comes: a message that means what its text says, or a refusal; nothing else, and no two readings. */
    @Property(tries = 20_000)
    void mutants_areReadBackTheSame_orRefused(@ForAll long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(random.nextBoolean() ? EXAMPLE : FULL.text());
        for (int i = random.nextInt(4); i >= 0; i--) mutate(text, random);
        try {
            var message = SignInMessage.parse(text.toString());
            assertThat(SignInMessage.parse(message.text())).isEqualTo(message);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("this is no message of EIP-4361");
        }
    }

    private static void mutate(StringBuilder text, Random random) {
        if (text.isEmpty()) return;
        int at = random.nextInt(text.length()), to = Math.min(text.length(), at + 1 + random.nextInt(20));
        switch (random.nextInt(5)) {
            case 0 ->
                text.setCharAt(
                        at, (char) (random.nextInt(10) == 0 ? random.nextInt(0x3000) : 10 + random.nextInt(118)));
            case 1 -> text.insert(at, (char) (10 + random.nextInt(118)));
            case 2 -> text.delete(at, to);
            case 3 -> text.insert(random.nextInt(text.length()), text.substring(at, to));
            default -> text.insert(at, '\n');
        }
    }
}
