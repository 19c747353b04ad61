package org.decentralizedai.billing.ethereum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Right messages with a few wrong letters, lines too many or too few. */
class SignInMessageMutantsTest {
    /** Whatever comes: a message that means what its text says, or a refusal; nothing else, and no two readings. */
    @Property(tries = 20_000)
    void mutants_areReadBackTheSame_orRefused(@ForAll long seed) {
        var random = new Random(seed);
        var text = new StringBuilder(random.nextBoolean() ? SignInMessageTest.EXAMPLE : SignInMessageTest.FULL.text());
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
