package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.ledger.Account;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenAI's official npm client with nothing changed but the address: installs what {@code openai/package-lock.json} names in {@code
 * target/openai} and runs {@code openai/suite.mjs} there. Skipped where there is no Node 20 with npm,
 * but not with {@code CI} in the environment: there it must run.
 */
class OpenAiNpmClientIT {
    private static final Path SOURCE = Path.of("openai");
    private static final Path INSTALLED = Path.of("target", "openai");

    private static final int LONGEST_MINUTES = 5;

    @TempDir
    static Path folder;

    @BeforeAll
    static void install() throws Exception {
        boolean present = onPath("node") && onPath("npm");
        if (System.getenv("CI") != null)
            assertThat(present).as("node and npm on the path").isTrue();
        assumeTrue(present, "needs node and npm on the path");
        Files.createDirectories(INSTALLED);
        var lock = INSTALLED.resolve("installed");
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "suite.mjs"))
            Files.copy(SOURCE.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        if (Files.exists(lock) && Files.mismatch(lock, INSTALLED.resolve("package-lock.json")) < 0) return;
        var said = run(Map.of(), "npm", "ci", "--loglevel=error");
        assertThat(said.status()).as(said.output()).isZero();
        Files.copy(INSTALLED.resolve("package-lock.json"), lock, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    @Test
    void suite_passes_andNothingStaysPutAside() throws Exception {
        try (var server = new ChatFixture(folder)) {
            var billing = server.billing;
            String ada = billing.customers().open("Ada").id(),
                    bob = billing.customers().open("Bob").id();
            billing.grant("1", ada, BigInteger.valueOf(1_000_000), "a gift");
            var slow = new KeyTerms("slow", Set.of(Scope.INFERENCE), null, 30L, null);
            var said = run(
                    Map.of(
                            "BASE_URL", server.url() + "/v1",
                            "MODEL", ChatFixture.MODEL,
                            "KEY", key(server, ada, KeyTerms.named("test")),
                            "POOR_KEY", key(server, bob, KeyTerms.named("test")),
                            "SLOW_KEY", key(server, ada, slow)),
                    "node",
                    "--test",
                    "--test-reporter=tap",
                    "suite.mjs");
            assertThat(said.status()).as(said.output()).isZero();
            assertThat(said.output()).contains("# pass 13", "# fail 0", "# skipped 0");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> billing.ledger().amount(Account.reserved(ada)).signum() == 0);
        }
    }

    private static String key(ChatFixture server, String customer, KeyTerms terms) {
        return server.billing.keys().create(customer, terms).text().reveal();
    }

    private record Said(int status, String output) {}

    private static Said run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(INSTALLED.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var said =
                folder.resolve("said.txt"); // reading a pipe to its end would wait for ever with a process that hangs
        var process = builder.redirectOutput(said.toFile()).start();
        boolean ended = process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        String output = Files.readString(said, StandardCharsets.UTF_8);
        assertThat(ended).as("%s ends in time: %s", List.of(command), output).isTrue();
        return new Said(process.exitValue(), output);
    }
}
