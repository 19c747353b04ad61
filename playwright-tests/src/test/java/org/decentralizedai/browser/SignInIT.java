package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.SameSiteAttribute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.decentralizedai.server.Server;
import org.decentralizedai.server.state.WorkerKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in, by an injected wallet that really signs and by a virtual authenticator, in a real browser. */
class SignInIT {
    private static final String KEY = "00112233445566778899aabbccddeeff";

    @TempDir
    static Path folder;

    private static Server server;
    private static Chromium chromium;
    private static String site;

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
        server.training().credits().grant(1, WorkerKey.id(KEY), 1 << 20);
        site = "http://localhost:" + server.port();
        chromium = Chromium.withoutWebGpu();
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

    private BrowserContext context(ColorScheme scheme, int width) {
        var context = chromium.browser()
                .newContext(
                        new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 900));
        contexts.add(context);
        return context;
    }

    private BrowserContext context() {
        return context(ColorScheme.LIGHT, 1280);
    }

    private static Page open(BrowserContext context, String path) {
        Page page = context.newPage();
        page.navigate(site + path);
        assertThat(page.locator("sign-in[aria-busy=false]")).isVisible();
        return page;
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator who(Page page) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(Pattern.compile("Signed in as")));
    }

    private static Locator said(Page page) {
        return page.locator("[data-said]");
    }

    private Page signedIn(InjectedWallet wallet) {
        var context = context();
        wallet.into(context);
        Page page = open(context, "/sign-in/");
        button(page, "Sign in with Test Wallet").click();
        assertThat(who(page)).isVisible();
        return page;
    }

    @Test
    void wallet_signsInAndOut_withACookieOutOfReach() {
        var wallet = new InjectedWallet(1);
        Page page = signedIn(wallet);
        assertThat(who(page)).containsText(wallet.address().substring(0, 6));
        assertThat(page.locator("[data-ways]")).containsText(wallet.address());
        var cookie = page.context().cookies().getFirst();
        assertThat(cookie.httpOnly).isTrue();
        assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.STRICT);
        assertThat(page.evaluate("document.cookie")).isEqualTo("");
        page.reload();
        assertThat(who(page)).isVisible();
        button(page, "Sign out").click();
        assertThat(said(page)).hasText("You are signed out.");
        assertThat(who(page)).isHidden();
        assertThat(page.context().cookies()).isEmpty();
    }

    @Test
    void signingOutEverywhere_endsTheOtherBrowser() {
        var first = signedIn(new InjectedWallet(2));
        var second = signedIn(new InjectedWallet(2));
        button(first, "Sign out everywhere").click();
        assertThat(said(first)).containsText("everywhere");
        second.reload();
        assertThat(button(second, "Sign in with Test Wallet")).isVisible();
        assertThat(who(second)).isHidden();
    }

    @Test
    void declined_saysSo() {
        var context = context();
        new InjectedWallet(3).into(context).declines = true;
        Page page = open(context, "/sign-in/");
        button(page, "Sign in with Test Wallet").click();
        assertThat(said(page)).containsText("You declined in the wallet");
    }

    @Test
    void wrongChain_isSwitched_orSaid() {
        var context = context();
        var wallet = new InjectedWallet(4).into(context);
        wallet.chain = 137;
        wallet.switches = false;
        Page page = open(context, "/sign-in/");
        button(page, "Sign in with Test Wallet").click();
        assertThat(said(page)).containsText("another chain (137). Switch it to Ethereum");
        wallet.switches = true;
        button(page, "Sign in with Test Wallet").click();
        assertThat(who(page)).isVisible();
    }

    @Test
    void noWallet_isSaid() {
        Page page = open(context(), "/sign-in/");
        assertThat(page.getByText("No wallet was found in this browser")).isVisible();
    }

    @Test
    void passkeys_makeAnAccount_andOpenIt() {
        Page page = open(context(), "/sign-in/");
        var phone = new VirtualAuthenticator(page);
        page.getByLabel("Name of the account").fill("Grace");
        button(page, "Create an account with a passkey").click();
        assertThat(who(page)).hasText("Signed in as Grace");
        String account = page.locator("[data-id]").textContent();
        button(page, "Remove Passkey “first passkey”").click();
        assertThat(said(page)).containsText("only way to sign in");
        page.getByLabel("Name of the new passkey").fill("phone again");
        button(page, "Add a passkey").click();
        assertThat(said(page)).containsText("has a passkey for the account already");
        assertThat(page.locator("[data-ways] li")).hasCount(1);
        phone.remove();
        var laptop = new VirtualAuthenticator(page);
        page.getByLabel("Name of the new passkey").fill("laptop");
        button(page, "Add a passkey").click();
        assertThat(page.locator("[data-ways] li")).hasCount(2);
        button(page, "Sign out").click();
        var request = page.waitForRequest(
                "**/api/sign-in/passkey",
                () -> button(page, "Sign in with a passkey").click());
        assertThat(who(page)).hasText("Signed in as Grace");
        assertThat(sentAgain(page, request)).isEqualTo(401);
        assertThat(page.locator("[data-id]")).hasText(account);
        button(page, "Remove Passkey “laptop”").click();
        assertThat(page.locator("[data-ways] li")).hasCount(1);
        button(page, "Sign out").click();
        button(page, "Sign in with a passkey").click();
        assertThat(said(page)).containsText("not known here");
        laptop.forgetOwner();
        button(page, "Create an account with a passkey").click(); // the name is still there
        assertThat(said(page)).containsText("Nothing has changed");
        assertThat(who(page)).isHidden();
    }

    private static Object sentAgain(Page page, Request request) {
        return page.evaluate(
                "([path, body]) => fetch(path, {method: 'POST', body}).then(answer => answer.status)",
                List.of(request.url(), request.postData()));
    }

    @Test
    void passkeys_atAnAddressInDigits_areSaidNotToWork() {
        Page page = context().newPage();
        page.navigate("http://127.0.0.1:" + server.port() + "/sign-in/");
        assertThat(button(page, "Sign in with a passkey")).isDisabled();
        assertThat(page.locator("[data-no-passkey]")).containsText("localhost");
    }

    @Test
    void account_bindsItsBrowsersKey_isExportedAndDeleted() throws IOException {
        var context = context();
        var wallet = new InjectedWallet(5).into(context);
        context.addInitScript("localStorage.setItem('anonymous-key', '" + KEY + "')");
        Page page = open(context, "/sign-in/");
        button(page, "Sign in with Test Wallet").click();
        button(page, "Bind this browser's key").click();
        assertThat(page.locator("[data-credit-keys] li")).containsText(WorkerKey.id(KEY));
        var file = page.waitForDownload(
                () -> page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Download my data"))
                        .click());
        assertThat(Files.readString(file.path())).contains(wallet.address(), WorkerKey.id(KEY));
        page.getByLabel("I want this account deleted").check();
        button(page, "Delete the account").click();
        assertThat(said(page)).hasText("The account is deleted.");
        button(page, "Sign in with Test Wallet").click();
        assertThat(who(page)).isVisible();
        assertThat(page.locator("[data-credit-keys] li")).hasCount(0);
    }

    @Test
    void next_leadsOn_withinTheSiteOnly() {
        var context = context();
        new InjectedWallet(6).into(context);
        Page page = open(context, "/sign-in/?next=/credits/");
        button(page, "Sign in with Test Wallet").click();
        page.waitForURL(site + "/credits/");
        Page evil = open(context, "/sign-in/?next=//evil.example/");
        button(evil, "Sign out").click();
        button(evil, "Sign in with Test Wallet").click();
        assertThat(who(evil)).isVisible();
        assertThat(evil.url()).startsWith(site + "/sign-in/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark", "phone"})
    void page_bothHalves_areAccessibleAndFit(String look) throws IOException {
        var context =
                context(look.equals("dark") ? ColorScheme.DARK : ColorScheme.LIGHT, look.equals("phone") ? 360 : 1280);
        new InjectedWallet(7).into(context);
        var errors = new ArrayList<String>();
        context.onConsoleMessage(message -> {
            if (message.type().equals("error")) errors.add(message.text());
        });
        context.onWebError(error -> errors.add(error.error()));
        Page page = open(context, "/sign-in/");
        assertThat(errors).isEmpty();
        assertFits(page, look + "-out");
        errors.clear(); // what is injected to look for violations violates the policy itself
        button(page, "Sign in with Test Wallet").click();
        assertThat(who(page)).isVisible();
        assertThat(errors).isEmpty();
        assertFits(page, look + "-in");
    }

    private static void assertFits(Page page, String name) {
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(name + " fits the width")
                .isEqualTo(true);
        assertThat(Accessibility.violations(page)).as(name).isEmpty();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(Path.of("target", "screenshots", "sign-in-" + name + ".png"))
                .setFullPage(true));
    }
}
