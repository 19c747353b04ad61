package org.decentralizedai.browser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.NewKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the programs of the quick start as the page shows them, with a customer's key, against the server that shows them. */
class QuickStartIT {
    private static final Logger LOG = LoggerFactory.getLogger(QuickStartIT.class);
    private static final Path CLIENTS = Path.of("clients");
    private static final long PROMPT = "My fellow citizens".length();
    private static final Pattern TOTAL = Pattern.compile("\"total_tokens\":(\\d+)|(\\d+) tokens");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path folder;

    private static ConsoleServer console;
    private static Chromium chromium;
    private static String customer;
    private static NewKey key;

    @BeforeAll
    static void start() {
        console = new ConsoleServer(folder);
        chromium = Chromium.withoutWebGpu();
        customer = console.open("Ada");
        console.server.billing().grant("quick start", customer, BigInteger.valueOf(1_000_000), "to begin with");
        key = console.server.billing().keys().create(customer, KeyTerms.named("quick start"));
    }

    @AfterAll
    static void stop() {
        chromium.close();
        console.close();
    }

    @Test
    void curl() throws Exception {
        assertIsAnsweredAndPaid(shown("curl.sh"), "sh", "curl.sh");
    }

    /** Where there is a Python; the program needs nothing else. Without one nothing is tested, which is said in the log. */
    @Test
    void python() throws Exception {
        boolean there = onPath("python3");
        if (!there) LOG.warn("there is no python3 on the PATH: the quick start in Python is NOT tested");
        assumeThat(there).as("python3 is on the PATH").isTrue();
        assertIsAnsweredAndPaid(shown("quick_start.py"), "python3", "quick_start.py");
    }

    @Test
    void javaScript() throws Exception {
        Path program = shown("quick-start.mjs");
        for (String file : List.of("package.json", "package-lock.json", ".npmrc"))
            Files.copy(CLIENTS.resolve(file), program.resolveSibling(file));
        run(program, "npm", "ci", "--loglevel=error");
        assertIsAnsweredAndPaid(program, "node", "quick-start.mjs");
    }

    @Test
    void java() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertIsAnsweredAndPaid(
                shown("QuickStart.java"), java, "-cp", System.getProperty("java.class.path"), "QuickStart.java");
    }

    /** The program as the page shows it, in a folder of its own. */
    private static Path shown(String name) throws IOException {
        try (Page page = chromium.browser().newPage()) {
            page.navigate(console.server.url() + "/quick-start/");
            page.waitForSelector("code-samples[aria-busy=false]");
            String program = page.locator("[data-sample='" + name + "'] code").textContent();
            assertThat(program).contains(console.server.url() + "/v1").doesNotContain("BASE_URL", "MODEL");
            return Files.writeString(Files.createTempDirectory(folder, "sample").resolve(name), program);
        }
    }

    /** It ends well, says how many tokens it took, and they are paid for: 1 micro-credit each in the prompt, 3 in the answer. */
    private static void assertIsAnsweredAndPaid(Path program, String... command) throws Exception {
        long before = balance();
        String output = run(program, command);
        long total = TOTAL.matcher(output)
                .results()
                .mapToLong(said -> Long.parseLong(said.group(1) == null ? said.group(2) : said.group(1)))
                .reduce((_, last) -> last)
                .orElseThrow(() -> new AssertionError("no token count in:\n" + output));
        assertThat(total).isBetween(PROMPT + 1, PROMPT + 40);
        long cost = PROMPT + 3 * (total - PROMPT);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(before - balance()).isEqualTo(cost));
    }

    private static long balance() {
        return console.server.billing().balance(customer).longValueExact();
    }

    /** Runs a command where the program is. */
    private static String run(Path program, String... command) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        var builder = new ProcessBuilder(command)
                .directory(program.resolveSibling("").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("DAI_API_KEY", key.text().reveal());
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            String said = Files.readString(output, UTF_8);
            assertThat(ended && process.exitValue() == 0)
                    .as(String.join(" ", command) + ":\n" + said)
                    .isTrue();
            return said;
        } finally {
            process.destroy();
        }
    }

    private static boolean onPath(String program) {
        return List.of(System.getenv("PATH").split(java.io.File.pathSeparator)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
