package org.decentralizedai.billing.voucher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ad.AdFree;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.ethereum.KeySignature;
import org.decentralizedai.billing.ethereum.OwnedWallet;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Reservation;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.EtherSettings;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.billing.pool.Purse;
import org.decentralizedai.billing.voucher.VoucherException.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** Delegations and vouchers, signed as wallets do, against the real contract. */
final class VoucherIT {
    private static final long RATE = 1_000_000_000;
    private static final BigInteger MICRO = BigInteger.valueOf(RATE);
    private static final ECKeyPair OWNER = key(1), DELEGATE = key(2), OTHER = key(3);

    private final MutableClock clock = new MutableClock();
    private DevChain node;
    private ComputePool pool;
    private TestDatabase database;
    private Billing billing;
    private Vouchers vouchers;
    private String ada;
    private int requests;

    private static ECKeyPair key(long seed) {
        return ECKeyPair.create(BigInteger.valueOf(seed).add(BigInteger.TEN.pow(60)));
    }

    private static String address(ECKeyPair keys) {
        return "0x" + Keys.getAddress(keys);
    }

    private static String sign(byte[] digest, ECKeyPair keys) {
        var signature = Sign.signMessage(digest, keys, false);
        return Numeric.toHexString(signature.getR())
                + Numeric.toHexStringNoPrefix(signature.getS())
                + Numeric.toHexStringNoPrefix(signature.getV());
    }

    @BeforeEach
    void start() throws Exception {
        node = DevChain.start(DevChain.anvil(Path.of("")));
        String signer = node.web3j().ethAccounts().send().getAccounts().get(9);
        var deployed = node.deploy(List.of(signer), 1, 100, 100, wei(50));
        pool = ComputePool.load(deployed.contract(), node.web3j(), node.unlocked(1), DevChain.GAS);
        database = TestDatabase.inMemory();
        var settings = new EtherSettings(
                new Chain(Chain.DEVELOPMENT, "anvil", node.address()),
                deployed.contract(),
                deployed.block(),
                0,
                1,
                RATE,
                1,
                10,
                BigInteger.ZERO,
                null);
        billing = new Billing(database.jdbi(), clock, () -> {}, () -> true, settings);
        vouchers = billing.vouchers().orElseThrow();
        ada = billing.customers().open("Ada").id();
    }

    @AfterEach
    void stop() {
        Books.check(database.jdbi());
        billing.close();
        database.close();
        node.close();
    }

    private void look() {
        var ether = billing.ether().orElseThrow();
        ether.look();
        assertThat(ether.state().problem()).isNull();
    }

    private Purse topUp(String owner, int microCredits) throws Exception {
        pool.topUp(owner, new Label(ada).bytes(), MICRO.multiply(BigInteger.valueOf(microCredits)))
                .send();
        look();
        return billing.ether()
                .orElseThrow()
                .purses()
                .find(Purse.account(owner, new Label(ada)))
                .orElseThrow();
    }

    private void spend(int microCredits) {
        var request = new Reservation("r" + requests++, ada, BigInteger.valueOf(microCredits));
        assertThat(billing.ledger().post(request.reserve(""))).isEqualTo(Outcome.POSTED);
        assertThat(billing.ledger().post(request.settle(request.microCredits(), new Epoch(0), "")))
                .isEqualTo(Outcome.POSTED);
    }

    private static BigInteger wei(int microCredits) {
        return MICRO.multiply(BigInteger.valueOf(microCredits));
    }

    private void authorise(Purse purse, ECKeyPair delegate, ECKeyPair signer) {
        byte[] digest = vouchers.typed().delegation(purse.account(), address(delegate), purse.delegations());
        vouchers.authorise(ada, purse.account(), address(delegate), sign(digest, signer));
    }

    private void accept(Purse purse, BigInteger spent, ECKeyPair signer) {
        byte[] digest = vouchers.typed().voucher(purse.account(), spent);
        vouchers.accept(ada, purse.account(), spent, sign(digest, signer));
    }

    private static void refused(Code code, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        VoucherException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** As the clerk does. */
    private void submit() throws Exception {
        for (Owed owed : vouchers.owed()) {
            var purse = owed.purse();
            byte[] label = Numeric.hexStringToByteArray(String.valueOf(purse.label()));
            if (!(owed instanceof Owed.ByVoucher signed)) continue;
            if (signed.first() != null)
                pool.authorise(
                                purse.owner(),
                                label,
                                signed.first().delegate(),
                                Numeric.hexStringToByteArray(signed.first().signature()))
                        .send();
            pool.redeem(
                            purse.owner(),
                            label,
                            owed.spent(),
                            Numeric.hexStringToByteArray(signed.voucher().signature()))
                    .send();
        }
        look();
    }

    @Test
    void voucher_isTheContracts_andWhatItSaysIsIncome() throws Exception {
        var purse = topUp(address(OWNER), 100);
        spend(30);
        assertThat(vouchers.wanted(ada)).as("nobody signs").isEmpty();
        assertThat(vouchers.owed()).containsExactly(new Owed.ByPosting(purse, wei(30)));
        authorise(purse, DELEGATE, OWNER);
        assertThat(vouchers.wanted(ada)).containsExactly(new Vouchers.Wanted(purse, address(DELEGATE), wei(30)));
        accept(purse, wei(30), DELEGATE);
        assertThat(vouchers.wanted(ada)).isEmpty();
        submit();
        assertThat(billing.ledger().amount(Account.income())).isEqualTo(wei(30));
        assertThat(pool.totalSpent().send()).isEqualTo(wei(30));
        assertThat(vouchers.owed()).isEmpty();
        spend(10);
        accept(purse, wei(40), DELEGATE);
        submit();
        assertThat(billing.ledger().amount(Account.income())).isEqualTo(wei(40));
        assertThat(billing.ledger().amount(Account.deposit(ada))).isEqualTo(wei(60));
    }

    @Test
    void whatIsNotSignedRight_isRefused() throws Exception {
        var purse = topUp(address(OWNER), 100);
        spend(30);
        refused(Code.NO_DELEGATE, () -> accept(purse, wei(30), DELEGATE));
        refused(Code.WRONG_SIGNER, () -> authorise(purse, DELEGATE, OTHER));
        refused(Code.WRONG_SIGNER, () -> vouchers.authorise(ada, purse.account(), address(DELEGATE), "0x12"));
        refused(Code.NO_PURSE, () -> vouchers.authorise("bob", purse.account(), address(DELEGATE), "0x12"));
        authorise(purse, DELEGATE, OWNER);
        refused(Code.WRONG_SIGNER, () -> accept(purse, wei(30), OTHER));
        refused(Code.WRONG_SIGNER, () -> accept(purse, wei(30), OWNER));
        refused(Code.TOO_HIGH, () -> accept(purse, wei(30).add(BigInteger.ONE), DELEGATE));
        accept(purse, wei(20), DELEGATE);
        refused(Code.TOO_LOW, () -> accept(purse, wei(20), DELEGATE));
        refused(Code.TOO_LOW, () -> accept(purse, wei(10), DELEGATE));
        var elsewhere = new TypedData(1, vouchers.typed().contract());
        byte[] digest = elsewhere.voucher(purse.account(), wei(30));
        refused(Code.WRONG_SIGNER, () -> vouchers.accept(ada, purse.account(), wei(30), sign(digest, DELEGATE)));
        submit();
        authorise(billing.ether().orElseThrow().purses().find(purse.account()).orElseThrow(), OTHER, OWNER);
        refused(Code.WRONG_SIGNER, () -> accept(purse, wei(30), DELEGATE));
        assertThat(vouchers.owed())
                .as("another delegate has signed nothing yet")
                .isEmpty();
        accept(purse, wei(30), OTHER);
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(30));
    }

    @Test
    void whatNobodySigned_mayBeOwedUpToTheCap() throws Exception {
        var purse = topUp(address(OWNER), 100);
        spend(50);
        assertRefused(1);
        authorise(purse, DELEGATE, OWNER);
        assertRefused(1); // a delegate alone is no voucher
        accept(purse, wei(1), DELEGATE);
        assertRefused(1); // the contract does not know the delegate yet
        submit();
        spend(1);
        assertRefused(1);
        accept(purse, wei(51), DELEGATE);
        spend(49);
        assertThat(billing.trusts("nobody")).isTrue();
    }

    @Test
    void delegateWhomTheContractDoesNotKnow_isNoSecurity_sinceHeCanBeRevokedUnseen() throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        var purse = topUp(owner, 200);
        authoriseBy(owner, purse, DELEGATE);
        spend(50);
        accept(purse, wei(50), DELEGATE);
        assertRefused(1);
        pool.revoke(new Label(ada).bytes()).send();
        look();
        assertThat(vouchers.owed())
                .as("the voucher is void")
                .containsExactly(new Owed.ByPosting(purse(purse), wei(50)));
        authoriseBy(owner, purse(purse), DELEGATE);
        submit();
        spend(50);
        accept(purse, wei(100), DELEGATE);
        spend(50);
        accept(purse, wei(150), DELEGATE);
        pool.revoke(new Label(ada).bytes()).send();
        look();
        assertThat(vouchers.owed())
                .as("it counts for the delay yet")
                .extracting(Owed::spent)
                .contains(wei(150));
        assertRefused(1);
    }

    private Outcome reserve(int microCredits) {
        var request = new Reservation("r" + requests++, ada, BigInteger.valueOf(microCredits));
        return billing.ledger().post(request.reserve(""));
    }

    @Test
    void whatTheBalanceDoesNotHold_isRefusedForThat() throws Exception {
        topUp(address(OWNER), 60);
        assertThat(reserve(61)).isEqualTo(Outcome.UNCOVERED);
        assertRefused(60);
        var free = new AdFree(billing.ledger(), database.jdbi(), clock, 60);
        assertThatThrownBy(() -> free.buy(ada, 1, "a-month"))
                .as("more than the cap at once")
                .isInstanceOf(RefusedException.class);
        assertThat(free.buy(ada, 2, "two-months")).isFalse();
        assertThat(free.until(ada)).isEmpty();
    }

    private void assertRefused(int microCredits) {
        var before = billing.balance(ada);
        assertThat(before).isGreaterThanOrEqualTo(BigInteger.valueOf(microCredits));
        assertThat(reserve(microCredits)).isEqualTo(Outcome.UNSIGNED);
        assertThat(billing.balance(ada)).isEqualTo(before);
    }

    @Test
    void requestsThatRunAtOnce_areWithinTheCapTogether() throws Exception {
        topUp(address(OWNER), 200);
        int threads = 8;
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var outcomes = new ArrayList<Future<Outcome>>();
            for (int i = 0; i < threads; i++) {
                String id = "at-once-" + i;
                outcomes.add(pool.submit(
                        () -> billing.ledger().post(new Reservation(id, ada, BigInteger.valueOf(20)).reserve(""))));
            }
            int reserved = 0;
            for (var outcome : outcomes) if (outcome.get() == Outcome.POSTED) reserved++;
            assertThat(reserved).as("of 50 micro-credits").isEqualTo(2);
        }
    }

    @Test
    void whoIsOnHisWayOut_spendsNothingMoreOfHisDeposit() throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        bind(owner);
        topUp(owner, 100);
        pool.requestExit(new Label(ada).bytes(), wei(1)).send();
        look();
        assertRefused(1);
        billing.grant("g", ada, BigInteger.TEN, "a gift");
        spend(10);
        assertRefused(1);
        pool.cancelExit(new Label(ada).bytes()).send();
        look();
        spend(1);
    }

    private void bind(String owner) {
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "insert into account_wallet (address, chain, customer, bound_at) values (?, 0, ?, 0)",
                        owner.toLowerCase(Locale.ROOT),
                        ada));
    }

    @Test
    void strangersWayOut_isNotTheCustomers() throws Exception {
        String stranger = node.web3j().ethAccounts().send().getAccounts().get(1);
        topUp(stranger, 1);
        topUp(address(OWNER), 100);
        pool.requestExit(new Label(ada).bytes(), wei(1)).send();
        look();
        spend(1);
    }

    @Test
    void chainThatWasNotReadForLong_stopsSpendingOfDeposits() throws Exception {
        topUp(address(OWNER), 100);
        clock.advance(Duration.ofSeconds(61));
        assertRefused(1);
        assertThat(billing.trusts(ada)).isFalse();
        assertThat(billing.trusts("nobody")).isTrue();
        billing.grant("g", ada, BigInteger.ONE, "a gift");
        spend(1);
        assertRefused(1);
        look();
        spend(1);
        assertThat(billing.trusts(ada)).isTrue();
    }

    @Test
    void newDelegate_takesNothingSignedAway_whetherTheFormerWaitsOrIsKnown() throws Exception {
        var purse = topUp(address(OWNER), 100);
        spend(30);
        authorise(purse, DELEGATE, OWNER);
        accept(purse, wei(30), DELEGATE);
        authorise(purse, OTHER, OWNER);
        spend(1);
        refused(Code.TOO_LOW, () -> accept(purse, wei(1), OTHER));
        assertThat(vouchers.owed()).extracting(Owed::spent).containsExactly(wei(30));
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(30));

        spend(9);
        accept(purse, wei(40), DELEGATE);
        authorise(purse(purse), OTHER, OWNER);
        refused(Code.TOO_LOW, () -> accept(purse, wei(31), OTHER));
        spend(1);
        accept(purse, wei(41), OTHER);
        assertThat(vouchers.owed())
                .as("what the contract's delegate has signed is brought before the next delegation")
                .extracting(Owed::spent)
                .containsExactly(wei(40), wei(41));
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(41));
    }

    @Test
    void revokedDelegatesVoucher_isBroughtDuringTheDelay_whatIsLeftIsPosted() throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        var purse = topUp(owner, 100);
        byte[] label = new Label(ada).bytes();
        authoriseBy(owner, purse, DELEGATE);
        spend(1);
        accept(purse, wei(1), DELEGATE);
        submit();
        spend(30);
        accept(purse, wei(31), DELEGATE);
        pool.revoke(label).send();
        spend(2);
        pool.requestExit(label, wei(67)).send();
        look();
        assertThat(vouchers.owed())
                .extracting(Owed::spent)
                .as("a voucher, then what stays")
                .containsExactly(wei(31), wei(33));
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(31));
        clock.advance(Duration.ofSeconds(200));
        assertThat(vouchers.owed()).containsExactly(new Owed.ByPosting(purse(purse), wei(33)));
    }

    @Test
    void revokedDelegatesDebt_staysWhereItWasSigned_whileAnotherPurseLeaves() throws Exception {
        var accounts = node.web3j().ethAccounts().send().getAccounts();
        String owner = accounts.get(1), second = accounts.get(2);
        byte[] label = new Label(ada).bytes();
        var signed = topUp(owner, 30);
        topUp(second, 30);
        bind(second);
        authoriseBy(owner, signed, DELEGATE);
        spend(1);
        accept(signed, wei(1), DELEGATE);
        submit();
        spend(29);
        accept(signed, wei(30), DELEGATE);
        pool.revoke(label).send();
        ComputePool.load(pool.getContractAddress(), node.web3j(), node.unlocked(2), DevChain.GAS)
                .requestExit(label, wei(30))
                .send();
        look();
        assertThat(vouchers.owed().getFirst())
                .isInstanceOfSatisfying(
                        Owed.ByVoucher.class, owed -> assertThat(owed.purse()).isEqualTo(purse(signed)));
        submit();
        assertThat(purse(signed).spent()).isEqualTo(wei(30));
    }

    @Test
    void delegatesVoucher_countsForTheDelay_afterHisOwnReplacement() throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        var purse = topUp(owner, 100);
        authoriseBy(owner, purse, DELEGATE);
        spend(1);
        accept(purse, wei(1), DELEGATE);
        submit();
        spend(30);
        accept(purse, wei(31), DELEGATE);
        pool.revoke(new Label(ada).bytes()).send();
        look();
        authoriseBy(owner, purse(purse), OTHER);
        refused(Code.TOO_LOW, () -> accept(purse, wei(31), OTHER));
        clock.advance(Duration.ofSeconds(200));
        accept(purse, wei(31), OTHER);
        submit();
        assertThat(purse(purse).spent()).isEqualTo(wei(31));
        assertThat(billing.ether().orElseThrow().delegates(purse(purse)))
                .as("the first was replaced long ago, though another was named just now")
                .containsExactly(address(OTHER));
    }

    private void authoriseBy(String owner, Purse purse, ECKeyPair delegate) throws Exception {
        var request = vouchers.typed().delegationRequest(purse.account(), address(delegate), purse.delegations());
        vouchers.authorise(
                ada, purse.account(), address(delegate), (String) node.ask("eth_signTypedData_v4", owner, request));
    }

    private Purse purse(Purse of) {
        return billing.ether().orElseThrow().purses().find(of.account()).orElseThrow();
    }

    @Test
    void signaturesThatCountFrom0_areWrittenAsTheContractReadsThem() throws Exception {
        var purse = topUp(address(OWNER), 100);
        spend(30);
        byte[] digest = vouchers.typed().delegation(purse.account(), address(DELEGATE), 0);
        vouchers.authorise(ada, purse.account(), address(DELEGATE), from0(sign(digest, OWNER)));
        digest = vouchers.typed().voucher(purse.account(), wei(30));
        vouchers.accept(ada, purse.account(), wei(30), from0(sign(digest, DELEGATE)));
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(30));
    }

    private static String from0(String signature) {
        return signature.substring(0, 2 + 128) + (signature.endsWith("1b") ? "00" : "01");
    }

    @Test
    void strangersOlderPurse_takesNoDebtAway_howeverMuchComesIntoIt() throws Exception {
        var strange = topUp(address(OTHER), 1);
        var own = topUp(address(OWNER), 100);
        authorise(own, DELEGATE, OWNER);
        spend(30);
        assertThat(vouchers.wanted(ada)).extracting(Vouchers.Wanted::spent).containsExactly(wei(30));
        accept(own, wei(30), DELEGATE);
        topUp(address(OTHER), 1000);
        assertThat(vouchers.owed()).extracting(Owed::spent).containsExactly(wei(30));
        submit();
        assertThat(purse(own).spent()).isEqualTo(wei(30));
        assertThat(purse(strange).spent()).isZero();
    }

    @Test
    void severalPurses_areSpentOldestFirst() throws Exception {
        var first = topUp(address(OWNER), 10);
        var second = topUp(address(OTHER), 10);
        spend(14);
        authorise(first, DELEGATE, OWNER);
        authorise(second, DELEGATE, OTHER);
        assertThat(vouchers.wanted(ada)).extracting(Vouchers.Wanted::spent).containsExactly(wei(10), wei(4));
        accept(second, wei(4), DELEGATE);
        accept(first, wei(10), DELEGATE);
        submit();
        assertThat(billing.ledger().amount(Account.income())).isEqualTo(wei(14));
        spend(6);
        assertThat(vouchers.wanted(ada)).extracting(Vouchers.Wanted::spent).containsExactly(wei(10));
    }

    @Test
    void exitUnderWay_isRedeemedDuringTheDelay_paysOutTheRest() throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        var purse = topUp(owner, 100);
        spend(30);
        pool.requestExit(new Label(ada).bytes(), wei(100)).send();
        look();
        assertThat(billing.balance(ada)).isZero();
        assertThat(vouchers.owed()).as("a posting would be contested").isEmpty();
        byte[] digest = vouchers.typed().delegation(purse.account(), address(DELEGATE), 0);
        String signature = (String) node.ask(
                "eth_signTypedData_v4",
                owner,
                vouchers.typed().delegationRequest(purse.account(), address(DELEGATE), 0));
        assertThat(KeySignature.of(digest, Numeric.hexStringToByteArray(signature)))
                .as("the request that a wallet signs is the digest")
                .contains(owner.toLowerCase(Locale.ROOT));
        vouchers.authorise(ada, purse.account(), address(DELEGATE), signature);
        accept(purse, wei(30), DELEGATE);
        submit();
        node.pass(101);
        pool.exit(owner, new Label(ada).bytes()).send();
        look();
        assertThat(billing.ledger().amount(Account.deposit(ada))).isZero();
        assertThat(billing.ledger().amount(Account.chain())).isEqualTo(wei(30).negate());
        assertThat(billing.ether().orElseThrow().arrears()).isEmpty();
    }

    @Test
    void smartWallet_authorisesByItsContract() throws Exception {
        String wallet = OwnedWallet.deploy(node, address(OWNER));
        var purse = topUp(wallet, 100);
        spend(5);
        refused(Code.WRONG_SIGNER, () -> authorise(purse, DELEGATE, OTHER));
        authorise(purse, DELEGATE, OWNER);
        accept(purse, wei(5), DELEGATE);
        submit();
        assertThat(pool.totalSpent().send()).isEqualTo(wei(5));
    }
}
