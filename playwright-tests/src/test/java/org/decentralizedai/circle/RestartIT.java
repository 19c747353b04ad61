package org.decentralizedai.circle;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.decentralizedai.browser.Chromium;
import org.decentralizedai.server.ServerMain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code kill -9} of a server in mid-round, with a browser that trains. */
class RestartIT {
    private static final Pattern START = Pattern.compile("^start", Pattern.CASE_INSENSITIVE);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @Test
    void serverKilledInMidRound_goesOnFromTheSameCheckpoint_volunteerComesBackByItself() throws IOException {
        int port = freePort();
        Path settings = new SmallRun(folder, 1).settingsFile(port);
        String url = "http://127.0.0.1:" + port;
        try (Chromium chromium = Chromium.withWebGpu()) {
            Page page = chromium.browser().newPage();
            JsonNode before;
            Process first = start(settings);
            try {
                page.navigate(url + "/contribute/");
                page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(START))
                        .click();
                // two tasks make a round: after an odd number of updates the server is in the middle of one
                until(page, () -> SmallRun.figures(url).get("updatesAccepted").asInt() % 2 == 1);
                before = SmallRun.figures(url);
            } finally {
                kill(first);
            }
            Process second = start(settings);
            try {
                JsonNode after = SmallRun.figures(url);
                int round = after.get("round").asInt();
                assertThat(round).isGreaterThanOrEqualTo(before.get("round").asInt());
                if (round == before.get("round").asInt())
                    assertThat(after.get("checkpoint")).isEqualTo(before.get("checkpoint"));
                assertThat(after.get("updatesAccepted").asInt())
                        .isGreaterThanOrEqualTo(before.get("updatesAccepted").asInt());
                until(page, () -> SmallRun.figures(url).get("round").asInt() >= round + 2);
            } finally {
                kill(second);
            }
        }
    }

    private static Process start(Path settings) throws IOException {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerMain.class.getName(),
                        "--settings",
                        settings.toString())
                .redirectErrorStream(true)
                .start();
        var said = new StringBuilder();
        BufferedReader output = server.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("ready: ")) {
                Thread.ofPlatform().daemon().start(() -> output.lines().forEach(_ -> {})); // or its pipe fills
                return server;
            }
        }
        throw new AssertionError("the server ended before it was ready:\n" + said);
    }

    /** SIGKILL: nothing is flushed, no hook runs. */
    private static void kill(Process server) {
        server.destroyForcibly().onExit().join();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void until(Page page, BooleanSupplier condition) {
        page.waitForCondition(condition, new Page.WaitForConditionOptions().setTimeout(PATIENCE.toMillis()));
    }
}
