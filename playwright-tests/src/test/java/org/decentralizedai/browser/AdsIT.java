package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Posting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From an advertiser's form to a visitor's click, and who sees none, in a real browser. Screenshots are left in target/ads. */
class AdsIT {
    private static final Path SCREENSHOTS = Path.of("target/ads");
    private static final double PATIENCE_MILLIS = 60_000;
    private static final String CHROME =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    private static final String TARGET = "https://shop.example/book";

    @TempDir
    static Path folder;

    private static ConsoleServer console;
    private static Chromium chromium;

    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(SCREENSHOTS);
        console = new ConsoleServer(folder);
        chromium = Chromium.withoutWebGpu();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        console.close();
    }

    @AfterEach
    void closeContexts() {
        contexts.forEach(BrowserContext::close);
    }

    /** Not the headless one's name, which says that it is a program. */
    private Page page(int width) {
        BrowserContext context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setUserAgent(CHROME)
                        .setLocale("en-GB")
                        .setViewportSize(width, 900));
        contexts.add(context);
        return context.newPage();
    }

    private static Page open(Page page, String path) {
        page.navigate(console.server.url() + path);
        assertThat(page.locator("[aria-busy=true]"))
                .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE_MILLIS));
        return page;
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private static LocatorAssertions.ContainsTextOptions patiently() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
    }

    private static void buys(String account, long microCredits) {
        var amount = BigInteger.valueOf(microCredits);
        console.server
                .billing()
                .ledger()
                .post(new Posting(
                        "deposit/test/" + account,
                        Posting.Kind.DEPOSIT,
                        null,
                        "a deposit",
                        List.of(
                                new Entry(Account.chain(), amount.negate()),
                                new Entry(Account.deposit(account), amount),
                                new Entry(Account.sold(), amount.negate()),
                                new Entry(Account.balance(account), amount))));
    }

    private static JsonNode operator(String command) throws Exception {
        String token = Files.readString(folder.resolve("data/admin-token")).strip();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(console.server.url() + "/admin/" + command))
                    .header("Authorization", "Bearer " + token)
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            return new JsonMapper()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body());
        }
    }

    /** By the API, as a program asks. */
    private static String answered(String prompt) throws Exception {
        var body = new JsonMapper().writeValueAsString(Map.of("model", "nano", "prompt", prompt, "max_tokens", 20));
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(console.server.url() + "/v1/completions"))
                    .header("User-Agent", CHROME)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    private static void isAccessible(Page page, String what) {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(what + " fits the width")
                .isEqualTo(true);
        assertThat(Accessibility.violations(page)).as(what).isEmpty();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(what.replaceAll("\\W+", "-") + ".png"))
                .setFullPage(true));
    }

    private static void says(Page page, String text) {
        page.getByLabel("Beginning of a text").fill(text);
        page.keyboard().press("Enter");
        assertThat(page.locator("article.model").last()).containsText("tokens", patiently());
    }

    /** Away from the page, or back to it, as far as the page can tell. */
    private static void turned(Page page, boolean away) {
        page.evaluate("""
                away => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
                    Object.defineProperty(document, 'hidden', { configurable: true, get: () => away });
                    document.dispatchEvent(new Event('visibilitychange'));
                    done();
                })))""", away);
    }

    private static Locator ad(Page page) {
        return page.getByRole(AriaRole.COMPLEMENTARY, new Page.GetByRoleOptions().setName("Advertisement"));
    }

    /** The advertiser's page, with a campaign that is made, reviewed, funded and started there. */
    private Page advertised(String account) throws Exception {
        Page page = page(1280);
        console.signIn(page.context(), account);
        open(page, "/advertise/");
        page.getByLabel("Title, at most 60 characters").fill("A fine book");
        page.getByLabel("Address that it leads to").fill(TARGET);
        page.getByLabel("Text, at most 140 characters").fill("About the sea and a whale.");
        page.getByLabel("any conversation").uncheck();
        page.getByLabel("books").check();
        page.getByLabel("Credits for that").fill("0.002");
        assertThat(page.getByRole(AriaRole.GROUP, new Page.GetByRoleOptions().setName("Preview")))
                .containsText("Leads to shop.example");
        button(page, "Save").click();
        assertThat(page.locator("[data-said]")).hasText("“A fine book” is saved: draft.");
        button(page, "Submit: A fine book").click();
        assertThat(page.locator("tbody")).containsText("waits for its review");
        var waiting = operator("ads").get("waiting").get(0);
        operator("approve-ad?campaign=" + waiting.get("id").stringValue() + "&revision="
                + waiting.get("revision").intValue());
        open(page, "/advertise/");
        button(page, "Add budget: A fine book").click();
        assertThat(page.locator("[data-money]")).isVisible();
        button(page, "Change: A fine book").click();
        assertThat(page.locator("[data-money]")).isHidden(); // it can't be sent for what was chosen since
        button(page, "Add budget: A fine book").click();
        page.getByLabel("Credits for “A fine book”").fill("0.00001");
        button(page, "Add to the budget").click();
        assertThat(page.locator("[data-said]")).hasText("“A fine book” has its budget.");
        button(page, "Start: A fine book").click();
        assertThat(page.locator("[data-said]")).hasText("“A fine book” runs.");
        return page;
    }

    private static void figures(Page advertiser, String views, String clicks, String spent) {
        var cells = advertiser.locator("tbody tr").first().locator("td");
        var soon = new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS); // they are live
        assertThat(cells.nth(2)).hasText(views, soon);
        assertThat(cells.nth(3)).hasText(clicks, soon);
        assertThat(cells.nth(4)).hasText(spent, soon);
    }

    @Test
    void ad_isSeenAndClickedOnce_andThoseWhoPaidSeeNone() throws Exception {
        String account = console.open("Ada");
        buys(account, 20);
        Page advertiser = advertised(account);
        isAccessible(advertiser, "advertise");

        Page visitor = open(page(1280), "/chat");
        says(visitor, "The sea was calm");
        assertThat(ad(visitor)).hasCount(0); // about nothing that is advertised
        turned(visitor, true);
        says(visitor, "The chapter of a book");
        assertThat(ad(visitor)).hasCount(1);
        assertThat(ad(visitor)).containsText("A fine book");
        Locator link = ad(visitor).getByRole(AriaRole.LINK).first();
        assertThat(link).hasAttribute("rel", "noopener noreferrer nofollow sponsored");
        isAccessible(visitor, "chat with an ad");
        ad(visitor).scrollIntoViewIfNeeded();
        turned(visitor, true);
        figures(advertiser, "0", "0", "0");
        turned(visitor, false); // back before the same ad, which has not moved
        figures(advertiser, "1", "0", "0.000002");

        var asked = new CopyOnWriteArrayList<String>();
        visitor.context().onRequest(request -> asked.add(request.url()));
        for (int i = 0; i < 2; i++)
            visitor.context().waitForPage(link::click); // there is no such site: the tab stays empty
        figures(advertiser, "1", "1", "0.000002");
        visitor.waitForCondition(() -> asked.contains(TARGET));
        assertThat(asked)
                .as("the page itself asks nobody else")
                .allMatch(url -> url.startsWith(console.server.url()) || url.equals(TARGET));

        assertThat(answered("The chapter of a book"))
                .as("the API's answer")
                .contains("\"choices\"")
                .doesNotContain("A fine book", "shop.example", "/ads/");

        Page reader = page(1280);
        console.signIn(reader.context(), console.regular);
        open(reader, "/ad-free/");
        isAccessible(reader, "ad-free");
        button(reader, "Pay from the balance").click();
        assertThat(reader.locator("[data-state]")).containsText("You see no ads until");
        open(reader, "/chat");
        says(reader, "The chapter of a book");
        assertThat(ad(reader)).hasCount(0);
        assertThat(reader.locator("ad-slot")).isHidden(); // nor is there room for one
        figures(advertiser, "1", "1", "0.000002");
    }

    @Test
    void room_isKept_soThatNothingMoves() {
        for (int width : new int[] {1280, 360}) {
            Page page = open(page(width), "/chat");
            var heights = page.evaluate("""
                    () => {
                        const slot = document.querySelector('ad-slot'), ad = slot.querySelector('[data-ad]');
                        const before = slot.offsetHeight;
                        slot.querySelector('[data-title]').textContent = 'A title of words '.repeat(9).slice(0, 60);
                        slot.querySelector('[data-body]').textContent = 'And a text of words. '.repeat(9).slice(0, 140);
                        slot.querySelector('[data-leads-to]').textContent = 'shop.of-a-long-name.example';
                        slot.querySelector('[data-picture]').hidden = false;
                        ad.hidden = false;
                        return [before, slot.offsetHeight];
                    }""");
            assertThat((List<?>) heights)
                    .as("at " + width)
                    .satisfies(two -> assertThat(two.get(1)).isEqualTo(two.get(0)));
            isAccessible(page, "largest ad " + width);
        }
    }
}
