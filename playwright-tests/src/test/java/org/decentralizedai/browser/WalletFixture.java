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
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.decentralizedai.billing.pool.Label;
import org.web3j.protocol.Web3j;

/** The wallet page in a real Chromium, of a server with a chain of its own. */
final class WalletFixture implements AutoCloseable {
    static final BigInteger ETHER = BigInteger.TEN.pow(18);
    static final double PATIENCE_MILLIS = 60_000;

    final MoneyServer money;
    private final Chromium chromium;
    private final List<BrowserContext> contexts = new ArrayList<>();

    WalletFixture(Path folder) throws Exception {
        money = MoneyServer.untrained(folder);
        chromium = Chromium.withoutWebGpu();
    }

    void closePages() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
    }

    @Override
    public void close() {
        chromium.close();
        money.close();
    }

    InjectedWallet wallet(long seed) throws IOException {
        return wallet(seed, money.chain.web3j());
    }

    /** With one ether, on our chain. @param node that it sends through */
    InjectedWallet wallet(long seed, Web3j node) throws IOException {
        var wallet = new InjectedWallet(seed, node);
        wallet.chain = 31_337;
        money.chain.fund(wallet.address(), ETHER);
        return wallet;
    }

    /** Without a wallet, and not loaded yet. */
    Page page() {
        var context = chromium.browser().newContext(new Browser.NewContextOptions().setLocale("en-GB"));
        contexts.add(context);
        return context.newPage();
    }

    Page page(InjectedWallet wallet) {
        Page page = page();
        wallet.into(page.context());
        page.navigate(money.site() + "/wallet/");
        isLoaded(page);
        return page;
    }

    /** Signed in, and connected. */
    Page signedIn(InjectedWallet wallet) {
        Page page = page();
        wallet.into(page.context());
        page.navigate(money.site() + "/sign-in/?next=/wallet/");
        button(page, "Sign in with Test Wallet").click();
        page.waitForURL(money.site() + "/wallet/");
        connect(page, wallet);
        return page;
    }

    static void connect(Page page, InjectedWallet wallet) {
        isLoaded(page);
        button(page, "Connect Test Wallet").click();
        assertThat(page.locator("[data-connected]")).containsText(wallet.address());
    }

    private static void isLoaded(Page page) {
        assertThat(page.locator("wallet-panel[aria-busy=false]")).isVisible();
    }

    /** Of the account that the page is signed in to. */
    Label label(Page page) {
        return new Label(page.request()
                .get(money.site() + "/api/session")
                .text()
                .replaceFirst(".*\"accountId\":\"(\\w+)\".*", "$1"));
    }

    /** Serious faults by axe, in both colour schemes. */
    static void isAccessible(Page page) {
        for (var scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            assertThat(Accessibility.violations(page)).as("%s", scheme).isEmpty();
        }
    }

    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator said(Page page, String part) {
        return page.locator(part + " [data-said]");
    }

    static void topUp(Page page, String ether) {
        page.locator("#top-up-amount").fill(ether);
        button(page, "Top up").click();
    }

    /** And is credited. */
    static void toppedUp(Page page, String ether) {
        topUp(page, ether);
        assertThat(said(page, "ether-top-up")).containsText("Credited", patiently());
    }

    /** A month without ads, for one credit. */
    static void buy(Page page) {
        button(page, "Buy").click();
        assertThat(said(page, "ad-free-offer")).containsText("the ads are gone");
    }

    /** As it does by itself from time to time: asks the server what is so. */
    static void refresh(Page page) {
        page.evaluate("document.querySelector('wallet-panel').reload()");
    }

    /** While the page's events go on: Playwright dispatches them on this thread only. */
    static void until(Page page, Callable<Boolean> condition) {
        page.waitForCondition(
                () -> {
                    try {
                        return condition.call();
                    } catch (Exception e) { // the contract's calls declare no narrower one
                        throw new IllegalStateException(e);
                    }
                },
                new Page.WaitForConditionOptions().setTimeout(PATIENCE_MILLIS));
    }

    static LocatorAssertions.ContainsTextOptions patiently() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
    }
}
