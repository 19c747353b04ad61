package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Account;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console, its quick start and the prices in a real browser with a real session. Screenshots are left in target/console. */
class ConsoleIT {
    private static final Path SCREENSHOTS = Path.of("target/console");
    private static final double PATIENCE_MILLIS = 30_000;
    private static final long REFRESH_MILLIS = 15_000; // after which the console asks again

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

    private Page page(String look) {
        BrowserContext context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setColorScheme(ColorScheme.LIGHT)
                        .setLocale("en-GB")
                        .setAcceptDownloads(true)
                        .setViewportSize(look.equals("phone") ? 360 : 1280, 800));
        contexts.add(context);
        return context.newPage();
    }

    private Page console(String look, String account) {
        Page page = page(look);
        console.signIn(page.context(), account);
        return open(page, "/console/");
    }

    /** Whose time the test passes. */
    private Page consoleWithAClock(String account) {
        Page page = page("light");
        page.clock().install();
        console.signIn(page.context(), account);
        return open(page, "/console/");
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

    /** @param look of a wide one, the dark one is looked at too: there, only the colours are others */
    private static void isAccessible(Page page, String what, String look) {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(what + " fits the width")
                .isEqualTo(true);
        assertThat(Accessibility.violations(page)).as(what + " " + look).isEmpty();
        screenshot(page, what + " " + look);
        if (look.equals("phone")) return;
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(Accessibility.violationsByColour(page)).as(what + " dark").isEmpty();
        screenshot(page, what + " dark");
    }

    private static void screenshot(Page page, String what) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(what.replaceAll("\\W+", "-") + ".png"))
                .setFullPage(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "phone"})
    void pages_everyLook_areAccessibleAndWithoutErrors(String look) {
        for (String account : List.of("none", "new", "regular")) {
            Page page = page(look);
            var errors = new ArrayList<String>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) errors.add(message.text());
            });
            page.onPageError(errors::add);
            if (!account.equals("none"))
                console.signIn(page.context(), account.equals("new") ? console.open("Bob") : console.regular);
            open(page, "/console/");
            if (account.equals("regular")) {
                assertThat(page.locator("usage-chart canvas")).isVisible();
                page.getByText("Make a key").click();
            }
            assertThat(errors).as("console " + account).isEmpty();
            isAccessible(page, "console " + account, look);
        }
        for (String path : List.of("/prices/", "/quick-start/")) isAccessible(open(page(look), path), path, look);
    }

    @Test
    void signedOut_showsTheWayToSignIn_andNothingElse() {
        Page page = open(page("light"), "/console/");
        assertThat(page.locator("[data-signed-out]").getByRole(AriaRole.LINK)).hasAttribute("href", "/sign-in/");
        assertThat(page.locator("[data-signed-out]")).isVisible();
        assertThat(page.locator("[data-signed-in]")).isHidden();
    }

    @Test
    void newAccount_saysHowToGetABalance_andGetsItWithoutReloading() {
        String account = console.open("Eve");
        Page page = consoleWithAClock(account);
        assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("no balance yet")))
                .isVisible();
        assertThat(page.locator("[data-account]")).hasText(account);
        console.server.billing().grant("eve", account, java.math.BigInteger.valueOf(2_500_000), "hello");
        page.clock().fastForward(REFRESH_MILLIS);
        assertThat(page.locator("[data-balance]")).hasText("2.5");
        assertThat(page.locator("[data-empty]").first()).isHidden();
    }

    @Test
    void key_isMadeShownOnceRotatedAndRevoked() {
        String account = console.open("Grace");
        Page page = console("light", account);
        page.getByText("Make a key").click();
        page.getByLabel("Name").fill("build <server>");
        page.getByLabel("Expires after days").fill("30");
        page.getByLabel("Requests a minute").fill("60");
        page.getByLabel("usage: reading").uncheck();
        button(page, "Make the key").click();
        assertThat(page.locator("[data-new]")).isFocused();
        String first = page.locator("[data-text]").textContent();
        var key = console.server.billing().keys().admit(first).orElseThrow();
        assertThat(key.customer()).isEqualTo(account);
        assertThat(key.terms().requestsPerMinute()).isEqualTo(60);
        assertThat(key.terms().scopes()).hasSize(1);
        button(page, "I have saved it").click();
        assertThat(page.content()).doesNotContain(first);
        page.reload();
        assertThat(page.getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName("build <server>")))
                .containsText("60 requests a minute");
        assertThat(page.content()).doesNotContain(first);

        button(page, "Rotate build").click();
        button(page, "Leave it as it is").click();
        assertThat(console.server.billing().keys().admit(first)).isPresent();
        button(page, "Rotate build").click();
        button(page, "Make a new text").click();
        assertThat(page.locator("[data-new]")).isVisible();
        String second = page.locator("[data-text]").textContent();
        assertThat(console.server.billing().keys().admit(first)).isEmpty();
        assertThat(console.server.billing().keys().admit(second).orElseThrow().id())
                .isEqualTo(key.id());

        button(page, "Revoke build").click();
        page.keyboard().press("Escape");
        assertThat(console.server.billing().keys().admit(second)).isPresent();
        button(page, "Revoke build").click();
        button(page, "Revoke it").click();
        assertThat(page.locator("[data-none]")).isVisible();
        assertThat(console.server.billing().keys().admit(second)).isEmpty();
    }

    @Test
    void secondKey_isNotMade_untilTheFirstIsSaved() {
        String account = console.open("Edsger");
        Page page = console("light", account);
        page.getByText("Make a key").click();
        page.getByLabel("Name").fill("one");
        button(page, "Make the key").click();
        assertThat(page.locator("[data-new]")).isVisible();
        String text = page.locator("[data-text]").textContent();
        page.getByLabel("Name").fill("two");
        button(page, "Make the key").click();
        assertThat(page.locator("[data-made]")).containsText("saved the key");
        assertThat(page.locator("[data-text]")).hasText(text);
        assertThat(console.server.billing().keys().of(account)).hasSize(1);
    }

    @Test
    void twoClicksAtOnce_makeOneKey_andAListThatFails_isNoFailure() {
        String account = console.open("Donald");
        Page page = console("light", account);
        page.route("**/api/console/keys", route -> {
            if (route.request().method().equals("GET")) route.abort();
            else route.resume();
        });
        page.getByText("Make a key").click();
        page.getByLabel("Name").fill("one");
        page.evaluate("""
                () => {
                    const form = document.querySelector('[data-form]');
                    form.requestSubmit();
                    form.requestSubmit();
                }
                """);
        assertThat(page.locator("[data-new]")).isVisible();
        assertThat(page.locator("[data-made]")).containsText("may be out of date");
        assertThat(console.server.billing().keys().of(account)).hasSize(1);
    }

    @Test
    void signedInAgainElsewhere_aChangeIsForTheSameAccountOnly() {
        String account = console.open("Tim"), other = console.open("Robert");
        Page page = console("light", account);
        page.getByText("Make a key").click();
        page.getByLabel("Name").fill("one");
        console.signIn(page.context(), account);
        button(page, "Make the key").click();
        button(page, "I have saved it").click();
        assertThat(console.server.billing().keys().of(account)).hasSize(1);
        console.signIn(page.context(), other);
        page.getByLabel("Name").fill("two");
        button(page, "Make the key").click();
        assertThat(page.locator("[data-made]")).containsText("another account");
        assertThat(console.server.billing().keys().of(other)).isEmpty();
    }

    @Test
    void expiredKey_canOnlyBeRevoked() {
        String account = console.open("Konrad");
        console.server
                .billing()
                .keys()
                .create(account, new KeyTerms("old", KeyTerms.named("old").scopes(), 1L, null, null));
        Page page = console("light", account);
        assertThat(button(page, "Revoke old")).isVisible();
        assertThat(button(page, "Rotate old")).hasCount(0);
    }

    @Test
    void refusal_isSaidInWords() {
        String account = console.open("Linus");
        for (int i = 0; i < 50; i++) console.server.billing().keys().create(account, KeyTerms.named("key " + i));
        Page page = console("light", account);
        page.getByText("Make a key").click();
        page.getByLabel("Name").fill("one more");
        button(page, "Make the key").click();
        assertThat(page.locator("[data-made]")).containsText("you have 50 keys");
    }

    @Test
    void usage_byKeyAndByModel_sumsUpToWhatWasPaid() {
        Page page = console("light", console.regular);
        assertThat(page.locator("[data-legend] li")).hasCount(3);
        assertThat(page.locator("[data-legend]")).containsText("nightly job");
        long paid = ConsoleServer.GRANTED
                - console.server.billing().balance(console.regular).longValueExact();
        assertThat(page.locator("[data-total]")).hasText(credits(paid) + " credits");
        page.getByLabel("By", new Page.GetByLabelOptions().setExact(true)).selectOption("model");
        assertThat(page.locator("[data-legend] li")).hasCount(2);
        assertThat(page.locator("[data-total]")).hasText(credits(paid) + " credits");
        page.getByLabel("Days (UTC)").selectOption("7");
        assertThat(page.locator("[data-total]")).not().hasText(credits(paid) + " credits");
    }

    private static String credits(long micro) {
        return java.text.NumberFormat.getInstance(java.util.Locale.UK).format(micro / 1e6);
    }

    @Test
    void files_holdUsageAndInvoice() throws IOException {
        Page page = console("light", console.regular);
        var usage =
                page.waitForDownload(() -> page.getByText("These days as CSV").click());
        assertThat(Files.readString(usage.path()).lines().count()).isEqualTo(1 + 3L * ConsoleServer.DAYS);
        String month = YearMonth.from(LocalDate.now(ZoneOffset.UTC)).toString();
        var invoice =
                page.waitForDownload(() -> page.getByText("CSV of " + month).click());
        assertThat(invoice.suggestedFilename()).isEqualTo("invoice-" + console.regular + "-" + month + ".csv");
        assertThat(Files.readString(invoice.path()).lines().toList().getLast()).contains(",total,");
    }

    @Test
    void bookings_everyPage_showsEachOnce_withItsFormula() {
        Page page = console("light", console.regular);
        var seen = new ArrayList<String>();
        Locator ids = page.locator("account-bookings tbody code"), older = button(page, "Older");
        while (true) {
            seen.addAll(ids.allTextContents());
            if (older.isHidden()) break;
            String last = seen.getLast();
            older.click();
            assertThat(ids.last()).not().hasText(last);
        }
        long bookings = console.server.billing().ledger().statement(console.regular, Long.MAX_VALUE, 1000).stream()
                .filter(line -> line.account().equals("balance"))
                .count();
        assertThat(seen).doesNotHaveDuplicates().hasSize((int) bookings).endsWith("grant/month");
        page.getByLabel("Account in the ledger")
                .selectOption(Account.reserved(console.regular).id());
        assertThat(page.locator("account-bookings tbody tr").first()).containsText("micro-credits for a million");
    }

    @Test
    void keyboard_tab_reachesEveryControl() {
        Page page = console("light", console.regular);
        int controls = ((Number) page.evaluate("""
                        () => {
                            const all = [...document.querySelectorAll('a[href], button:not(:disabled), input, select, summary, [tabindex="0"]')];
                            window.unreached = new Set(all.filter(control => control.checkVisibility()));
                            document.addEventListener('focusin', event => window.unreached.delete(event.target));
                            return window.unreached.size;
                        }
                        """)).intValue();
        for (int i = 0; i < controls + 10; i++) page.keyboard().press("Tab");
        assertThat(page.evaluate("[...window.unreached].map(control => control.outerHTML)"))
                .isEqualTo(List.of());
    }

    /** Whoever made the browser send it: without the token that only the site's pages can read, nothing changes. */
    @Test
    void change_withoutTheToken_isRefused() {
        String account = console.open("Barbara");
        Page page = console("light", account);
        assertThat(page.evaluate("""
                        async () => (await fetch('/api/console/keys', {method: 'POST', body: '{"name": "stolen"}'})).status""")).isEqualTo(403);
        assertThat(console.server.billing().keys().of(account)).isEmpty();
    }

    @Test
    void chart_manyKeys_pilesUpTheGreatestAndAllOthers() {
        Page page = open(page("light"), "/console/");
        assertThat(page.evaluate("""
                        async () => {
                            const { stacked } = await import('/components/usage-chart/stacked.js');
                            const lines = [1, 2, 3, 4, 5, 6, 7].flatMap(n => [{day: '2026-11-01', n}, {day: '2026-11-03', n}]);
                            const {labels, series, columns} = stacked(['2026-11-01', '2026-11-02', '2026-11-03'], lines,
                                line => line.n, line => `key ${line.n}`, line => line.n);
                            return JSON.stringify([labels, series.map(({name, sum}) => `${name}: ${sum}`), columns]);
                        }
                        """))
                .isEqualTo("[[\"11-01\",\"11-02\",\"11-03\"],"
                        + "[\"key 7: 14\",\"key 6: 12\",\"key 5: 10\",\"key 4: 8\",\"all others: 12\"],"
                        + "[[0,1,2],[28,0,28],[22,0,22],[18,0,18],[13,0,13],[7,0,7]]]");
    }

    @Test
    void prices_areThoseOfTheSettings() {
        Page page = open(page("light"), "/prices/");
        assertThat(page.getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName("nano")))
                .hasText(Pattern.compile("nano\\s*yes\\s*1\\s*3"));
        assertThat(page.locator("[data-example]")).hasText("0.0025");
        assertThat(page.locator("[data-visitor-requests]")).hasText("20");
    }

    @Test
    void signedOutElsewhere_isNoticed() {
        String account = console.open("Alan");
        Page page = consoleWithAClock(account);
        console.server.sessions().closeAll(account);
        page.clock().fastForward(REFRESH_MILLIS);
        assertThat(page.locator("[data-signed-out]")).isVisible();
        assertThat(page.locator("[data-signed-in]")).isHidden();
    }
}
