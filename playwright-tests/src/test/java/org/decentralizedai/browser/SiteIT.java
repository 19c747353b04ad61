package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.decentralizedai.server.Server;
import org.decentralizedai.server.Settings;
import org.decentralizedai.store.djl.Generator;
import org.decentralizedai.store.djl.Sampling;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The site in a real browser, from a real server. */
class SiteIT {
    private static final List<String> PAGES = List.of(
            "/",
            "/contribute",
            "/chat",
            "/credits",
            "/credits/mine",
            "/console",
            "/quick-start",
            "/prices",
            "/help",
            "/privacy",
            "/sign-in",
            "/wallet",
            "/transparency",
            "/advertise",
            "/ad-free");
    private static final double PATIENCE_MILLIS = 30_000;

    @TempDir
    static Path folder;

    private static Server server;
    private static ChatFixture chat;
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
        server = new Server(settings(folder, corpus));
        chat = new ChatFixture(folder.resolve("chat"));
        chromium = Chromium.withQuickWebGpu();
    }

    static Settings settings(Path folder, Path corpus) {
        var d = Settings.defaults();
        return new Settings(
                d.host(),
                0,
                folder.resolve("data"),
                "nano",
                corpus,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                d.promoteEvery(),
                d.retention(),
                d.auditors(),
                d.replicas(),
                d.heldOutShare(),
                d.heldOutTail(),
                d.limits(),
                d.chat(),
                d.billing(),
                d.signIn(),
                d.ether(),
                d.ads());
    }

    @AfterAll
    static void stop() {
        chromium.close();
        chat.close();
        server.close();
    }

    @AfterEach
    void closeContexts() {
        contexts.forEach(BrowserContext::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "phone"})
    void pages_everyPage_hasNoErrorsAndIsAccessible(String look) {
        BrowserContext context = context(look);
        for (String path : PAGES) {
            Page page = context.newPage();
            var errors = new ArrayList<String>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) errors.add(message.text());
            });
            page.onPageError(errors::add);
            page.navigate(server.url() + path);
            assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1)))
                    .hasCount(1);
            if (path.equals("/contribute"))
                assertThat(page.locator("loss-chart canvas")).isVisible(patiently());
            assertThat(errors).as(path).isEmpty();
            assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .as(path + " fits the width")
                    .isEqualTo(true);
            assertThat(Accessibility.violations(page)).as(path + " " + look).isEmpty();
            if (look.equals("light")) { // and dark, where only the colours are others
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
                assertThat(Accessibility.violationsByColour(page))
                        .as(path + " dark")
                        .isEmpty();
            }
            page.close();
        }
    }

    @Test
    void pages_everyPage_hasTheSameNavigation() {
        Page page = context("light").newPage();
        page.navigate(server.url() + "/");
        List<String> links =
                page.getByRole(AriaRole.NAVIGATION).getByRole(AriaRole.LINK).allTextContents();
        assertThat(links).hasSize(6);
        for (String path : PAGES) {
            page.navigate(server.url() + path);
            assertThat(page.getByRole(AriaRole.NAVIGATION)
                            .getByRole(AriaRole.LINK)
                            .allTextContents())
                    .isEqualTo(links);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/contribute",
                "/chat",
                "/credits",
                "/credits/mine",
                "/console",
                "/quick-start",
                "/prices",
                "/sign-in",
                "/advertise",
                "/ad-free"
            })
    void keyboard_tab_reachesEveryControl(String path) {
        Page page = context("light").newPage();
        page.navigate(server.url() + path);
        page.waitForFunction("() => customElements.get('chat-room')");
        int controls = ((Number) page.evaluate("""
                        () => {
                            const all = [...document.querySelectorAll('a[href], button:not(:disabled), input, textarea, summary')];
                            window.unreached = new Set(all.filter(control => control.checkVisibility()));
                            document.addEventListener('focusin', event => window.unreached.delete(event.target));
                            return window.unreached.size;
                        }
                        """)).intValue();
        for (int i = 0; i < controls + 10; i++) page.keyboard().press("Tab");
        assertThat(page.evaluate("[...window.unreached].map(control => control.outerHTML)"))
                .isEqualTo(List.of());
    }

    @Test
    void contribute_downloadSize_standsBeforeTheStart() {
        Page page = context("light").newPage();
        page.navigate(server.url() + "/contribute");
        assertThat(page.locator("[data-download]")).containsText(Pattern.compile("\\d (kB|MB)"), containing());
        assertThat(status(page)).hasText("Not contributing.");
    }

    /** What the browser lacks, and which notice says so. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Object.defineProperty(Navigator.prototype, 'gpu', {get: () => undefined}) | missing    | true
                    Object.defineProperty(window, 'isSecureContext', {get: () => false})      | insecure   | false
                    GPU.prototype.requestAdapter = async () => null                           | no-adapter | true
                    """)
    void contribute_withoutAGraphicsCard_saysWhy(String lack, String notice, boolean canStart) {
        BrowserContext context = context("light");
        context.addInitScript(lack);
        Page page = context.newPage();
        page.navigate(server.url() + "/contribute");
        assertThat(page.locator("[data-obstacle=" + notice + "]")).isVisible();
        assertThat(page.locator("[data-obstacle]:visible")).hasCount(1);
        assertThat(page.locator("[data-obstacle=" + notice + "] h2")).not().isEmpty();
        assertThat(start(page)).isEnabled(new LocatorAssertions.IsEnabledOptions().setEnabled(canStart));
        assertThat(Accessibility.violations(page)).isEmpty();
    }

    @Test
    void contribute_onTheProcessor_trainsAndSaysSo() {
        Page page = context("light").newPage();
        page.navigate(server.url() + "/contribute/?device=cpu");
        start(page).click();
        assertThat(page.locator("[data-step]")).containsText(Pattern.compile("step \\d+ of"), containing());
        assertThat(status(page)).containsText("Training");
        assertThat(page.locator("[data-fact=adapter]")).hasText("As asked for: computing on the processor");
        assertThat(page.locator("[data-fact=speed]")).containsText("GFLOP/s");
        assertThat(page.locator("[data-software]")).isHidden();
        stop(page).click();
        assertThat(status(page))
                .hasText("Not contributing.", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
        assertThat(page.locator("[data-fact=accepted]"))
                .hasText(Pattern.compile("[1-9]")); // at least what was done of the first task
        assertThat(page.locator("[data-fact=refused]")).hasText("0");
    }

    @Test
    void contribute_stoppedAtOnce_saysThatTheLastTaskWasNotSent() {
        Page page = context("light").newPage();
        page.navigate(server.url() + "/contribute/?device=cpu");
        start(page).click();
        assertThat(status(page)).containsText("Training", containing());
        stop(page).evaluate("button => { button.click(); button.click(); }");
        assertThat(status(page)).hasText("Not contributing. The last task was not sent: it goes to somebody else.");
        start(page).click();
        assertThat(status(page)).containsText("Training", containing());
        stop(page).click();
        assertThat(status(page))
                .hasText("Not contributing.", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
    }

    @Test
    void contribute_onBattery_pausesAndGoesOnWhenPluggedIn() {
        BrowserContext context = context("light");
        context.addInitScript("""
                window.battery = Object.assign(new EventTarget(), {charging: false});
                Navigator.prototype.getBattery = async () => window.battery;
                """);
        Page page = context.newPage();
        page.navigate(server.url() + "/contribute");
        start(page).click();
        assertThat(status(page)).containsText("Paused while this device runs on battery");
        page.evaluate("battery.charging = true; battery.dispatchEvent(new Event('chargingchange'))");
        assertThat(status(page)).containsText("Training", containing());
        stop(page).click();
        assertThat(status(page))
                .hasText("Not contributing.", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
    }

    /** On the processor, which is there at once: tabs take turns on whatever they compute. */
    @Test
    void contribute_secondTab_waitsAndTakesOver() {
        BrowserContext context = context("light");
        Page first = context.newPage(), second = context.newPage();
        for (Page page : List.of(first, second)) page.navigate(server.url() + "/contribute/?device=cpu");
        start(first).click();
        assertThat(status(first))
                .containsText("Training", new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS));
        start(second).click();
        assertThat(status(second)).containsText("Another tab of this browser contributes already");
        stop(first).click();
        assertThat(status(first))
                .hasText("Not contributing.", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
        assertThat(status(second)).not().containsText("Another tab");
        stop(second).click();
        assertThat(status(second))
                .hasText("Not contributing.", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
    }

    @Test
    void chat_seed_showsTheGeneratorsTextAndItsCheckpoint() {
        Page page = context("light").newPage();
        page.route("**/v1/**", SiteIT::toChatFixture);
        page.navigate(server.url() + "/chat");
        page.getByText("Settings").click();
        page.getByLabel("Seed").fill("11");
        page.getByLabel("Longest answer").fill("40");
        page.getByLabel("Beginning of a text").fill("Once upon");
        page.keyboard().press("Enter");
        Locator answer = page.locator("article.model");
        assertThat(answer).containsText(chat.checkpoint.hash().hex().substring(0, 12), containing());
        assertThat(answer.locator("p").first().textContent()).isEqualTo(generated("Once upon", 40, 11));
    }

    @Test
    void chat_stop_endsTheAnswer() {
        Page page = context("light").newPage();
        page.route("**/v1/**", SiteIT::toChatFixture);
        page.navigate(server.url() + "/chat");
        page.getByText("Settings").click();
        page.getByLabel("Temperature").fill("0");
        page.getByLabel("Longest answer").fill("2048");
        page.getByLabel("Beginning of a text").fill("Once upon");
        // within the page: a click from without waits until the growing text stands still, and by then the answer has
        // ended
        page.evaluate("""
                new MutationObserver((changes, observer) => {
                  const stop = document.querySelector('[data-stop]');
                  if (!stop.checkVisibility()) return;
                  observer.disconnect();
                  stop.click();
                }).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true})
                """);
        page.keyboard().press("Enter");
        assertThat(page.locator("article.model")).containsText("stopped by you");
        assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Continue the text")))
                .isVisible();
    }

    /** The browser's requests to the API go to a server whose checkpoint is known; the page does not see the difference. */
    private static void toChatFixture(Route route) {
        String url = route.request().url();
        route.resume(new Route.ResumeOptions().setUrl(chat.url() + url.substring(url.indexOf("/v1/"))));
    }

    private static String generated(String prompt, int maxTokens, long seed) {
        var tokenizer = new ByteTokenizer();
        var decoder = tokenizer.decoder();
        var text = new StringBuilder();
        try (var generator = new Generator(
                chat.checkpoint.config(), chat.checkpoint.weights().get())) {
            generator.generate(
                    tokenizer.encode(prompt),
                    new Sampling(0.8, 0.95, maxTokens, seed, Set.of(256, 257, 258, 259)),
                    (token, _) -> {
                        text.append(decoder.accept(token));
                        return true;
                    });
        }
        return text.append(decoder.finish()).toString();
    }

    private BrowserContext context(String look) {
        var options = new Browser.NewContextOptions()
                .setColorScheme(ColorScheme.LIGHT)
                .setViewportSize(look.equals("phone") ? 360 : 1280, 800);
        BrowserContext context = chromium.browser().newContext(options);
        contexts.add(context);
        return context;
    }

    private static LocatorAssertions.IsVisibleOptions patiently() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MILLIS);
    }

    private static LocatorAssertions.ContainsTextOptions containing() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
    }

    private static Locator status(Page page) {
        return page.locator("contribute-panel [data-state]");
    }

    private static Locator start(Page page) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Start contributing"));
    }

    private static Locator stop(Page page) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop"));
    }
}
