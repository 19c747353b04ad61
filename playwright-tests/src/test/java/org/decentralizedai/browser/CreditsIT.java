package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.server.Server;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.state.WorkerKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of credits in a real browser. The tasks are granted, not computed. */
class CreditsIT {
    private static final String KEY = "0123456789abcdef0123456789abcdef";
    private static final int TOKENS = 1 << 20, TASKS = CreditLedger.HELD_TASKS + 3;

    @TempDir
    static Path folder;

    private static Server server;
    private static Chromium chromium;

    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        Path corpus = folder.resolve("corpus.txt");
        Files.write(
                corpus,
                IntStream.range(0, 5000)
                        .mapToObj(day -> "Day " + day + ". The sea was calm, and the men sang.\n")
                        .toList());
        server = new Server(SiteIT.settings(folder, corpus));
        for (int task = 0; task < TASKS; task++) server.training().credits().grant(task, WorkerKey.id(KEY), TOKENS);
        for (int person = 0; person < 30; person++)
            server.training()
                    .credits()
                    .grant(person, WorkerKey.id("%032x".formatted(person)), TOKENS * (person + 1) / 64);
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        server.close();
    }

    @AfterEach
    void closeContexts() {
        contexts.forEach(BrowserContext::close);
    }

    private Page page(ColorScheme scheme, int width) {
        var options = new Browser.NewContextOptions()
                .setColorScheme(scheme)
                .setLocale("en-GB")
                .setViewportSize(width, 800);
        BrowserContext context = chromium.browser().newContext(options);
        contexts.add(context);
        return context.newPage();
    }

    private static void open(Page page, String path) {
        page.navigate(server.url() + path);
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private static Locator team(Page page) {
        return page.getByRole(
                AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Team").setExact(true));
    }

    /** A browser that has worked names itself, creates a team, takes its key to another browser, and stands on the leaderboards. */
    @Test
    void key_namedAndMoved_keepsItsCredits() {
        Page first = page(ColorScheme.LIGHT, 1280);
        first.addInitScript(
                "if (!localStorage.getItem('anonymous-key')) localStorage.setItem('anonymous-key', '" + KEY + "')");
        open(first, "/credits/mine/");
        assertThat(first.locator("[data-count]")).hasText(String.valueOf(TASKS));
        assertThat(first.locator("[data-days] tbody tr")).hasCount(1);
        first.getByLabel("Display name").fill("Ada <b>L.</b>");
        button(first, "Save the name").click();
        assertThat(first.locator("[data-who]")).hasText("Ada <b>L.</b>");
        team(first).fill("ada@example.org");
        button(first, "Create a team of this name").click();
        assertThat(first.locator("[data-saved]")).containsText("e-mail");
        team(first).fill("Whales");
        button(first, "Create a team of this name").click();
        assertThat(first.locator("[data-team]")).hasText("Whales");
        server.training().credits().grant(TASKS, WorkerKey.id(KEY), TOKENS);

        open(first, "/contribute/");
        first.getByText("Your anonymous key").click();
        var download =
                first.waitForDownload(() -> button(first, "Save as a file").click());
        Page second = page(ColorScheme.DARK, 360);
        open(second, "/credits/mine/");
        assertThat(second.locator("[data-nothing]")).isVisible();
        assertThat(second.getByLabel("Display name")).isHidden();
        open(second, "/contribute/");
        second.getByText("Your anonymous key").click();
        second.getByLabel("Key from another machine").fill("no key");
        button(second, "Use this key").click();
        assertThat(second.locator("[data-said]")).containsText("no key");
        second.getByLabel("or the file it was saved in").setInputFiles(download.path());
        assertThat(second.locator("[data-key]")).hasText(KEY);
        assertThat(button(second, "Back to the key before")).isVisible();
        open(second, "/credits/mine/");
        assertThat(second.locator("[data-who]")).hasText("Ada <b>L.</b>");
        second.getByText("Task by task").click();
        assertThat(second.locator("[data-tasks] tbody tr")).hasCount(25);
        second.locator("[data-tasks] [data-older]").click();
        assertThat(second.locator("[data-tasks] tbody")).containsText("released");
        wellMade(second, "own credits");

        open(second, "/credits/");
        assertThat(second.locator("leader-board tbody tr").first()).containsText("Ada <b>L.</b>");
        assertThat(second.locator("leader-board tbody tr")).hasCount(25);
        wellMade(second, "leaderboard");
        second.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Lower ranks"))
                .click();
        assertThat(second.locator("leader-board tbody tr")).hasCount(6);
        var teams = second.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Teams"));
        teams.click();
        assertThat(teams).hasAttribute("aria-current", "true"); // or the next link would still lead to people
        second.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Last 24 hours"))
                .click();
        assertThat(second.locator("leader-board tbody tr")).hasCount(1);
        assertThat(second.locator("leader-board tbody")).containsText("Whales");
        wellMade(second, "leaderboard of teams");
    }

    private static void wellMade(Page page, String what) {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(what + " fits the width")
                .isEqualTo(true);
        assertThat(Accessibility.violations(page)).as(what).isEmpty();
    }
}
