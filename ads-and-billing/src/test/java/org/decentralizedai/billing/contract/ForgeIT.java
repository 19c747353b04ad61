package org.decentralizedai.billing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The contract's own tests, in Solidity: {@code contracts/test}, run by forge. With {@code -Dslow=true} the invariants are tried on
 * 10,000 sequences of 30 calls (minutes), else on as few as {@code foundry.toml} says. Another seed: {@code FOUNDRY_FUZZ_SEED=0x8}.
 */
final class ForgeIT {
    private static final String FORGE =
            Path.of("target/contracts/node_modules/.bin/forge").toAbsolutePath().toString();

    private static final Pattern PASSED =
            Pattern.compile("Ran 7 test suites in .*: (\\d+) tests passed, 0 failed, 0 skipped \\(\\1 total tests\\)");

    @Test
    void contractsTests_pass() throws Exception {
        var forge = new ProcessBuilder(List.of(FORGE, "test", "--root", "."))
                .directory(Path.of("contracts").toFile())
                .redirectErrorStream(true);
        if (Boolean.getBoolean("slow")) forge.environment().put("FOUNDRY_INVARIANT_RUNS", "10000");
        var process = forge.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(output).isZero(); // which npm's forge says even when tests fail
        assertThat(PASSED.matcher(output).find()).as(output).isTrue();
    }
}
