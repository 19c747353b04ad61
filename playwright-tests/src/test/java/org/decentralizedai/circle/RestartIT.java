package org.decentralizedai.circle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.decentralizedai.browser.Chromium;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code kill -9} of a server in mid-round, with somebody who trains: each comes back by itself and the run goes on. */
class RestartIT {
    private static final Pattern START = Pattern.compile("^start", Pattern.CASE_INSENSITIVE);
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private Path settings;
    private String url;

    @BeforeEach
    void configure() throws IOException {
        int port = ServerProcess.freePort();
        settings = new SmallRun(folder, 1).settingsFile(port);
        url = "http://127.0.0.1:" + port;
    }

    @Test
    void serverKilledInMidRound_browserComesBack() throws IOException {
        try (Chromium chromium = Chromium.withQuickWebGpu()) {
            Page page = chromium.browser().newPage();
            killAndRestart(
                    () -> {
                        page.navigate(url + "/contribute/");
                        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(START))
                                .click();
                    },
                    condition -> page.waitForCondition(
                            condition, new Page.WaitForConditionOptions().setTimeout(PATIENCE.toMillis())));
        }
    }

    @Test
    void serverKilledInMidRound_nativeVolunteerComesBack() throws IOException {
        var command = new ProcessBuilder(
                        "bin/volunteer",
                        "--server",
                        url,
                        "--key-file",
                        folder.resolve("key").toString())
                .directory(Path.of("..").toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("volunteer.log").toFile());
        command.environment().put("ALREADY_BUILT", "yes");
        Process[] volunteer = new Process[1];
        try {
            killAndRestart(
                    () -> {
                        try {
                            volunteer[0] = command.start();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    },
                    condition -> await().atMost(PATIENCE).until(condition::getAsBoolean));
        } finally {
            if (volunteer[0] != null) volunteer[0].destroy();
        }
    }

    private void killAndRestart(Runnable contribute, Consumer<BooleanSupplier> until) throws IOException {
        JsonNode before;
        try (var first = ServerProcess.start(settings)) {
            contribute.run();
            // two tasks make a round: after an odd number of updates the server is in the middle of one
            until.accept(() -> SmallRun.figures(url).get("updatesAccepted").asInt() % 2 == 1);
            before = SmallRun.figures(url);
        }
        try (var second = ServerProcess.start(settings)) {
            JsonNode after = SmallRun.figures(url);
            int round = after.get("round").asInt();
            assertThat(round).isGreaterThanOrEqualTo(before.get("round").asInt());
            if (round == before.get("round").asInt())
                assertThat(after.get("checkpoint")).isEqualTo(before.get("checkpoint"));
            assertThat(after.get("updatesAccepted").asInt())
                    .isGreaterThanOrEqualTo(before.get("updatesAccepted").asInt());
            until.accept(() -> SmallRun.figures(url).get("round").asInt() >= round + 2);
        }
    }
}
