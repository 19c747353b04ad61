package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.browser.WalletFixture.ETHER;
import static org.decentralizedai.browser.WalletFixture.PATIENCE_MILLIS;
import static org.decentralizedai.browser.WalletFixture.button;
import static org.decentralizedai.browser.WalletFixture.patiently;
import static org.decentralizedai.browser.WalletFixture.said;
import static org.decentralizedai.browser.WalletFixture.topUp;
import static org.decentralizedai.browser.WalletFixture.toppedUp;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the wallet page says when something is in the way, and that nothing is lost by it. */
class WalletFaultsIT {
    @TempDir
    static Path folder;

    private static WalletFixture wallets;
    private static MoneyServer money;

    @BeforeAll
    static void start() throws Exception {
        wallets = new WalletFixture(folder);
        money = wallets.money;
    }

    @AfterAll
    static void stop() {
        wallets.close();
    }

    @AfterEach
    void closePages() {
        wallets.closePages();
    }

    @Test
    void errors_areSaidInPlainWords_andNothingIsSent() throws Exception {
        var wallet = wallets.wallet(3);
        Page page = wallets.signedIn(wallet);
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
    void tooLittleForTheGas_isSaid_andNothingIsLost() throws Exception {
        String poor = "does not hold enough ether for the amount and the gas. Nothing was sent.";
        var wallet = wallets.wallet(7);
        Page page = wallets.signedIn(wallet);
        toppedUp(page, "0.05");
        var amount = ETHER.divide(BigInteger.valueOf(50)).add(BigInteger.valueOf(1000));
        money.chain.fund(wallet.address(), amount);
        topUp(page, "0.02");
        assertThat(said(page, "ether-top-up")).containsText(poor);
        assertThat(page.locator("#top-up-amount")).hasValue("0.02");
        assertThat(money.wei(wallet.address())).isEqualTo(amount);

        money.chain.fund(wallet.address(), BigInteger.ZERO);
        button(page, "All that is free").click();
        button(page, "Ask for it back").click();
        assertThat(said(page, "ether-exit")).containsText(poor);
        WalletFixture.refresh(page);
        assertThat(page.locator("[data-free]")).hasText("0.05");
        assertThat(page.locator("ether-exit article input")).hasValue("0.05");
        money.chain.fund(wallet.address(), ETHER);
        button(page, "Ask for it back").click();
        assertThat(said(page, "ether-exit")).containsText("Done", patiently());
        assertThat(page.locator("[data-asked]")).hasText("0.05");
    }

    @Test
    void walletsNodeAway_isSaid_andNothingIsLost() throws Exception {
        try (var wire = new NodeWire(money.chain.address())) {
            var wallet = wallets.wallet(8, wire.web3j());
            Page page = wallets.signedIn(wallet);
            wire.away = true;
            topUp(page, "0.02");
            assertThat(said(page, "ether-top-up")).containsText("The wallet's node does not answer, or refuses");
            assertThat(said(page, "ether-top-up")).containsText("look in the wallet before you try again");
            assertThat(page.locator("#top-up-amount")).hasValue("0.02");
            assertThat(money.wei(wallet.address())).isEqualTo(ETHER);

            wire.away = false;
            wire.unanswered = request -> request.contains("eth_sendRawTransaction"); // it is sent, and nobody says so
            button(page, "Top up").click();
            assertThat(said(page, "ether-top-up")).containsText("It may have been sent all the same");
            assertThat(page.locator("[data-balance]"))
                    .hasText("20", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MILLIS));
            assertThat(page.locator("ether-top-up tbody tr")).hasCount(1);
        }
    }

    @Test
    void serversNodeAway_isSaid_andFollowingGoesOn() throws Exception {
        Page page = wallets.signedIn(wallets.wallet(9));
        String away = "The server can't see the chain right now; it is asked again.";
        try {
            money.chain.ask("evm_setIntervalMining", 0); // no block takes anything
            topUp(page, "0.02");
            assertThat(said(page, "ether-top-up")).containsText("It waits for a block", patiently());
            money.wire.away = true;
            assertThat(said(page, "ether-top-up")).containsText(away, patiently());
            page.clock().install();
            page.reload(); // it is followed yet
            assertThat(said(page, "ether-top-up")).containsText(away, patiently());
            page.clock().fastForward("30:00"); // longer than a transaction is waited for that no block takes
            assertThat(said(page, "ether-top-up")).containsText(away, patiently());
            money.wire.away = false;
            assertThat(said(page, "ether-top-up")).containsText("It waits for a block", patiently());
        } finally {
            money.wire.away = false;
            money.chain.ask("evm_setIntervalMining", 1);
        }
        assertThat(said(page, "ether-top-up")).containsText("Credited", patiently());
        assertThat(page.locator("[data-balance]")).hasText("20");
    }

    @Test
    void noWallet_isExplained() {
        Page page = wallets.page();
        page.navigate(money.site() + "/wallet/");
        assertThat(page.getByText("No wallet was found in this browser")).isVisible();
        assertThat(page.getByRole(
                                AriaRole.LINK,
                                new Page.GetByRoleOptions().setName("Sign in").setExact(true))
                        .first())
                .isVisible();
    }
}
