package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.Label;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.utils.Numeric;

/** What the wallet page computes and signs in a real browser, against the real contract. */
class WalletIT {
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);
    private static final double PATIENCE_MILLIS = 30_000;

    @TempDir
    static Path folder;

    private static MoneyServer money;
    private static Chromium chromium;

    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        money = MoneyServer.untrained(folder);
        chromium = Chromium.withoutWebGpu();
    }

    @AfterAll
    static void stop() {
        chromium.close();
        money.close();
    }

    @AfterEach
    void closeContexts() {
        contexts.forEach(BrowserContext::close);
    }

    private Page page(InjectedWallet wallet) {
        var context = chromium.browser().newContext(new Browser.NewContextOptions().setLocale("en-GB"));
        contexts.add(context);
        wallet.into(context);
        Page page = context.newPage();
        page.navigate(money.site() + "/wallet/");
        assertThat(page.locator("wallet-panel[aria-busy=false]")).isVisible();
        return page;
    }

    private static InjectedWallet wallet(long seed) throws Exception {
        var wallet = new InjectedWallet(seed, money.chain.web3j());
        wallet.chain = 31_337;
        money.chain.fund(wallet.address(), ETHER);
        return wallet;
    }

    /** What was written, and the wei or the words that it gives. */
    @Test
    void amounts_areReadExactlyOrRefusedInWords() throws Exception {
        var read = Map.of(
                "1", "1000000000000000000",
                " 0.05 ", "50000000000000000",
                ".5", "500000000000000000",
                "1.", "1000000000000000000",
                "0.000000000000000001", "1",
                "123456789.123456789123456789", "123456789123456789123456789");
        var refused = Map.of(
                "", "Write an amount",
                "0", "more than zero",
                "0.0", "more than zero",
                "1,5", "with a point",
                "-1", "is no amount",
                "1e3", "is no amount",
                ".", "is no amount",
                "0.0000000000000000001", "18 digits",
                "999999999999999999999", "more ether than there is");
        Page page = page(wallet(1));
        read.forEach((said, wei) -> assertThat(
                        page.evaluate("said => import('/lib/ether.js').then(({ weiOf }) => String(weiOf(said)))", said))
                .as(said)
                .isEqualTo(wei));
        refused.forEach((said, words) ->
                assertThat((String) page.evaluate("""
                        said => import('/lib/ether.js').then(({ weiOf }) => {
                            try { return String(weiOf(said)); } catch (error) { return error.message; }
                        })""", said)).as(said).contains(words));
        assertThat(page.evaluate(
                        "import('/lib/ether.js').then(({ exactEther }) => exactEther('1234567000000000000000001'))"))
                .isEqualTo("1\u202f234\u202f567.000000000000000001");
    }

    @Test
    void spendingKey_authorisedByTheWallet_signsVouchersThatTheContractTakes() throws Exception {
        var owner = wallet(2);
        var sender = ComputePool.load(
                money.contract.getContractAddress(), money.chain.web3j(), money.chain.unlocked(1), DevChain.GAS);
        var label = new Label("acct_0123456789");
        sender.topUp(owner.address(), label.bytes(), ETHER).send();
        Page page = page(owner);
        @SuppressWarnings("unchecked")
        var signed = (Map<String, String>) page.evaluate("""
                async ([owner, label]) => {
                    const { addressOf, delegation, purseOf, signVoucher, spendingKey } = await import('/lib/spending-key.js');
                    const { pool } = await import('/lib/pool.js');
                    const here = await pool(), { secret } = spendingKey(), delegate = addressOf(secret), account = purseOf(owner, label);
                    const typed = JSON.stringify(delegation(here, account, delegate, 0));
                    const authorised = await window.askWallet('eth_signTypedData_v4', [owner, typed]);
                    return { account, delegate, authorised: authorised.result, voucher: await signVoucher(here, account, 12345678901234567n, secret) };
                }""", List.of(owner.address(), label.hex()));
        assertThat(signed.get("account"))
                .isEqualTo(Numeric.toHexString(
                        money.contract.accountOf(owner.address(), label.bytes()).send()));
        sender.authorise(
                        owner.address(),
                        label.bytes(),
                        signed.get("delegate"),
                        Numeric.hexStringToByteArray(signed.get("authorised")))
                .send();
        var spent = new BigInteger("12345678901234567");
        sender.redeem(owner.address(), label.bytes(), spent, Numeric.hexStringToByteArray(signed.get("voucher")))
                .send();
        var purse = money.contract
                .purse(Numeric.hexStringToByteArray(signed.get("account")))
                .send();
        assertThat(purse.spent).isEqualTo(spent);
        assertThat(purse.delegate).isEqualTo(signed.get("delegate"));
    }

    /** Signed in, and connected, on /wallet/. */
    private Page signedIn(InjectedWallet wallet) {
        var context = chromium.browser().newContext(new Browser.NewContextOptions().setLocale("en-GB"));
        contexts.add(context);
        wallet.into(context);
        Page page = context.newPage();
        page.navigate(money.site() + "/sign-in/?next=/wallet/");
        button(page, "Sign in with Test Wallet").click();
        page.waitForURL(money.site() + "/wallet/");
        assertThat(page.locator("wallet-panel[aria-busy=false]")).isVisible();
        button(page, "Connect Test Wallet").click();
        assertThat(page.locator("[data-connected]")).containsText(wallet.address());
        return page;
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator said(Page page, String part) {
        return page.locator(part + " [data-said]");
    }

    private static void topUp(Page page, String ether) {
        page.locator("#top-up-amount").fill(ether);
        button(page, "Top up").click();
    }

    private static LocatorAssertions.ContainsTextOptions patiently() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
    }

    @Test
    void errors_areSaidInPlainWords_andNothingIsSent() throws Exception {
        var wallet = wallet(3);
        Page page = signedIn(wallet);
        topUp(page, "a lot");
        assertThat(said(page, "ether-top-up")).containsText("“a lot” is no amount");
        topUp(page, "0");
        assertThat(said(page, "ether-top-up")).containsText("more than zero");
        topUp(page, "3");
        assertThat(said(page, "ether-top-up")).containsText("does not hold enough ether");
        wallet.declines = true;
        topUp(page, "0.1");
        assertThat(said(page, "ether-top-up")).containsText("You declined in the wallet. Nothing has changed.");
        wallet.declines = false;
        wallet.switches = false;
        wallet.chain = 1;
        topUp(page, "0.1");
        assertThat(said(page, "ether-top-up"))
                .containsText("Your wallet is on another chain (1). Switch it to Development chain");
        assertThat(money.wei(wallet.address())).isEqualTo(ETHER);
    }

    @Test
    void topUp_isFollowedUntilItIsCredited_andTheRestCanBeTakenBack() throws Exception {
        var wallet = wallet(4);
        Page page = signedIn(wallet);
        wallet.chain = 1;
        wallet.knowsChain = false; // it learns of ours when it is asked to pay there
        page.locator("#top-up-amount").fill("0.0125");
        assertThat(page.locator("[data-buys]")).hasText("12.5 credits");
        button(page, "Top up").click();
        assertThat(said(page, "ether-top-up")).containsText("Credited", patiently());
        assertThat(page.locator("[data-balance]")).hasText("12.5");
        assertThat(page.locator("ether-top-up tbody tr")).hasCount(1);
        assertThat(page.locator("ether-top-up tbody")).containsText("0.0125 ether");

        button(page, "All that is free").click();
        button(page, "Ask for it back").click();
        assertThat(said(page, "ether-exit")).containsText("Done", patiently());
        assertThat(page.locator("[data-balance]")).hasText("0");
        assertThat(page.locator("[data-asked]")).hasText("0.0125");
        var before = money.wei(wallet.address());
        assertThat(button(page, "Take it out"))
                .isEnabled(new LocatorAssertions.IsEnabledOptions().setTimeout(PATIENCE_MILLIS));
        button(page, "Take it out").click();
        assertThat(said(page, "ether-exit")).containsText("Done", patiently());
        assertThat(page.locator("[data-unspent]")).hasText("0");
        assertThat(money.wei(wallet.address()))
                .isGreaterThan(before.add(ETHER.divide(BigInteger.valueOf(100)))); // less the gas
    }

    @Test
    void noWallet_isExplained() {
        var context = chromium.browser().newContext();
        contexts.add(context);
        Page page = context.newPage();
        page.navigate(money.site() + "/wallet/");
        assertThat(page.getByText("No wallet was found in this browser")).isVisible();
        assertThat(page.getByRole(
                                AriaRole.LINK,
                                new Page.GetByRoleOptions().setName("Sign in").setExact(true))
                        .first())
                .isVisible();
    }
}
