package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.browser.WalletFixture.ETHER;
import static org.decentralizedai.browser.WalletFixture.PATIENCE_MILLIS;
import static org.decentralizedai.browser.WalletFixture.button;
import static org.decentralizedai.browser.WalletFixture.buy;
import static org.decentralizedai.browser.WalletFixture.patiently;
import static org.decentralizedai.browser.WalletFixture.said;
import static org.decentralizedai.browser.WalletFixture.toppedUp;
import static org.decentralizedai.browser.WalletFixture.until;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.RequestOptions;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.TypedData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** What the wallet page computes, signs and says in a real browser, against the real contract. */
class WalletIT {
    private static final String NOBODY = "0x" + "0".repeat(40);

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
        Page page = wallets.page(wallets.wallet(1));
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

    /** The contract, for a stranger who sends. */
    private static ComputePool sender() throws Exception {
        return ComputePool.load(
                money.contract.getContractAddress(), money.chain.web3j(), money.chain.unlocked(1), DevChain.GAS);
    }

    @Test
    void spendingKey_authorisedByTheWallet_signsVouchersThatTheContractTakes() throws Exception {
        var owner = wallets.wallet(2);
        var sender = sender();
        var label = new Label("acct_0123456789");
        sender.topUp(owner.address(), label.bytes(), ETHER).send();
        Page page = wallets.page(owner);
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

    @Test
    void topUp_isFollowedUntilItIsCredited_andTheRestCanBeTakenBack() throws Exception {
        var wallet = wallets.wallet(4);
        Page page = wallets.signedIn(wallet);
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

    /** As the contract has it. */
    private static ComputePool.Purse atTheContract(String account) throws Exception {
        return money.contract.purse(Numeric.hexStringToByteArray(account)).send();
    }

    /** Another owner's deposit for the same account, with a delegate. @return the purse */
    private static String deposited(Label label, String delegate) throws Exception {
        var owner = Credentials.create("5".repeat(64));
        var sender = sender();
        sender.topUp(owner.getAddress(), label.bytes(), ETHER).send();
        String account = Purse.account(owner.getAddress(), label);
        var typed = new TypedData(31_337, money.contract.getContractAddress());
        var signed = Sign.signMessage(typed.delegation(account, delegate, 0), owner.getEcKeyPair(), false);
        byte[] signature = Numeric.hexStringToByteArray(Numeric.toHexString(signed.getR())
                + Numeric.toHexStringNoPrefix(signed.getS())
                + Numeric.toHexStringNoPrefix(signed.getV()));
        sender.authorise(owner.getAddress(), label.bytes(), delegate, signature).send();
        return account;
    }

    private static boolean booksKnowADelegateOf(String account) {
        return money.server
                        .billing()
                        .ether()
                        .orElseThrow()
                        .purses()
                        .find(account)
                        .map(Purse::delegate)
                        .orElse(null)
                != null;
    }

    @Test
    void revoke_endsTheKeysWord_forTheConnectedWalletsDepositOnly() throws Exception {
        var wallet = wallets.wallet(5);
        Page page = wallets.signedIn(wallet);
        toppedUp(page, "0.05");
        String own = Purse.account(wallet.address(), wallets.label(page)), key = "0x" + "7".repeat(40);
        String other = deposited(wallets.label(page), key);
        until(page, () -> booksKnowADelegateOf(other));
        WalletFixture.refresh(page);
        assertThat(page.locator("ether-exit article")).hasCount(2);
        var revoke = page.locator("[data-revoke]");
        var delegate = page.locator("[data-delegate]");
        var state = page.locator("spending-key [data-state]");
        assertThat(delegate).hasText("no key may sign");
        assertThat(revoke).isHidden();

        button(page, "Authorise this browser's key").click();
        assertThat(delegate).containsText("no key yet");
        assertThat(revoke).isHidden();
        buy(page);
        assertThat(said(page, "spending-key")).containsText("0.001 ether were spent in all");
        until(page, () -> booksKnowADelegateOf(own));
        page.reload();
        assertThat(delegate).hasText("connect a wallet to see it");
        assertThat(revoke).isHidden();
        WalletFixture.connect(page, wallet);
        assertThat(delegate).hasText("this browser's key may sign");
        assertThat(revoke).isVisible();
        assertThat(revoke).hasAccessibleDescription(Pattern.compile("still counts for the contract's delay"));
        WalletFixture.isAccessible(page);

        wallet.declines = true;
        button(page, "Revoke").click();
        assertThat(said(page, "spending-key")).containsText("You declined in the wallet. Nothing has changed.");
        assertThat(state).hasText("on: this browser signs what was spent");
        wallet.declines = false;
        button(page, "Revoke").click();
        assertThat(said(page, "spending-key")).containsText("Revoked: no key may sign", patiently());
        assertThat(revoke).isHidden();
        assertThat(delegate).hasText("no key may sign");
        assertThat(state).hasText("off");
        page.evaluate("import('/lib/vouchers.js').then(({ switchVouchers }) => switchVouchers(true))");
        WalletFixture.refresh(page); // as in another browser with the same key
        assertThat(state).containsText("off: no deposit here");
        assertThat(revoke).isHidden();
        assertThat(atTheContract(own).delegate).isEqualTo(NOBODY);
        assertThat(atTheContract(other).delegate).isEqualTo(key);

        var signed = atTheContract(own).spent;
        assertThat(signed).isEqualTo(ETHER.divide(BigInteger.valueOf(1000)));
        buy(page);
        until(page, () -> {
            closeEpoch(page);
            return atTheContract(own).spent.equals(signed.shiftLeft(1)); // posted: nobody signed it
        });
        button(page, "Authorise this browser's key").click();
        assertThat(state).hasText("on: this browser signs what was spent");
        assertThat(delegate).containsText("no key yet");
    }

    private static void closeEpoch(Page page) throws Exception {
        String token = Files.readString(folder.resolve("data/admin-token")).strip();
        var answer = page.request()
                .post(
                        money.site() + "/admin/close-epoch",
                        RequestOptions.create().setHeader("Authorization", "Bearer " + token));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    @Test
    void exit_cancelled_canBeSpentAgain() throws Exception {
        var wallet = wallets.wallet(6);
        Page page = wallets.signedIn(wallet);
        toppedUp(page, "0.05");
        page.locator("ether-exit article input").fill("0.01");
        button(page, "Ask for it back").click();
        assertThat(said(page, "ether-exit")).containsText("Done", patiently());
        assertThat(page.locator("[data-balance]")).hasText("40");
        assertThat(page.locator("[data-asked]")).hasText("0.01");
        button(page, "Buy").click();
        assertThat(said(page, "ad-free-offer")).containsText("A withdrawal must be over or cancelled first");

        button(page, "Cancel").click();
        assertThat(said(page, "ether-exit")).containsText("Done", patiently());
        assertThat(page.locator("[data-balance]")).hasText("50");
        assertThat(page.locator("[data-running]")).isHidden();
        assertThat(page.locator("[data-free]")).hasText("0.05");
        assertThat(atTheContract(Purse.account(wallet.address(), wallets.label(page))).exiting)
                .isZero();
        buy(page);
        assertThat(page.locator("[data-balance]")).hasText("49");
    }
}
