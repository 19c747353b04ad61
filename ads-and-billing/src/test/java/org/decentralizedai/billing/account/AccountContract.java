package org.decentralizedai.billing.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.yubico.webauthn.data.ByteArray;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.account.WaysIn.Removal;
import org.decentralizedai.billing.ethereum.Wallet;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.OpenAccount;
import org.decentralizedai.billing.passkey.NewPasskey;
import org.decentralizedai.billing.passkey.PasskeyException;
import org.decentralizedai.billing.passkey.PasskeyStore;
import org.decentralizedai.billing.passkey.Passkeys;
import org.decentralizedai.billing.passkey.RelyingSite;
import org.decentralizedai.billing.voucher.PersonalPurses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What signing up, ways to sign in, and personal data hold to, on any database. */
abstract class AccountContract {
    private static final Random RANDOM = new Random(1); // the tests share a database: never the same wallet twice

    private final MutableClock clock = new MutableClock();
    private Billing billing;
    private WalletStore wallets;
    private PasskeyStore passkeys;
    private SignUps signUps;
    private WaysIn waysIn;
    private PersonalData data;

    abstract TestDatabase database();

    @BeforeEach
    void open() {
        var jdbi = database().jdbi();
        billing = new Billing(jdbi, clock, () -> {});
        wallets = new WalletStore(jdbi, clock);
        passkeys = new PasskeyStore(jdbi, clock);
        signUps = new SignUps(jdbi, billing.customers(), wallets, passkeys);
        waysIn = new WaysIn(jdbi);
        data = new PersonalData(jdbi, clock, billing, wallets, passkeys, _ -> {});
    }

    @AfterEach
    void closeBilling() {
        billing.close();
    }

    private Wallet wallet() {
        return new Wallet("0x%040x".formatted(RANDOM.nextLong() >>> 1), Wallet.ANY);
    }

    private NewPasskey passkey() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return new NewPasskey(new ByteArray(bytes), new ByteArray(bytes), new ByteArray(bytes), 0);
    }

    private long customers() {
        return database()
                .jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from customer")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void newWallet_getsOneAccount_alsoWhenItComesManyTimesAtOnce() throws Exception {
        var wallet = wallet();
        long before = customers();
        try (var threads = Executors.newFixedThreadPool(6)) {
            List<Callable<String>> tries = IntStream.range(0, 24)
                    .<Callable<String>>mapToObj(_ -> () -> signUps.account(wallet))
                    .toList();
            var accounts = new HashSet<String>();
            for (var done : threads.invokeAll(tries)) accounts.add(done.get());
            assertThat(accounts).hasSize(1);
        }
        assertThat(customers()).isEqualTo(before + 1);
    }

    @Test
    void passkey_opensNoAccount_whenItIsThereAlready() {
        var passkey = passkey();
        String account = signUps.account(passkey, "Ada");
        long before = customers();
        assertThatThrownBy(() -> signUps.account(passkey, "Bob")).isInstanceOf(RuntimeException.class);
        assertThat(customers()).isEqualTo(before);
        assertThat(passkeys.of(account)).hasSize(1);
        assertThat(passkeys.lookup(passkey.id(), passkey.handle())).isPresent();
        assertThat(passkeys.lookup(passkey.id(), passkey().handle())).isEmpty();
    }

    @Test
    void passkeysOfTheAccount_andOfNobodyElse_areExcludedFromMakingAnother() {
        var own = passkey();
        var other = passkey();
        String account = signUps.account(own, "Ada");
        signUps.account(other, own.handle().getBase64Url()); // a name is no handle
        var site = new RelyingSite("train.example", Set.of("https://train.example"));
        var offers = new Passkeys(passkeys, clock, RANDOM);
        assertThat(offers.offerMaking(site, "Ada", account).options())
                .contains("\"id\":\"" + own.id().getBase64Url() + "\"")
                .doesNotContain(other.id().getBase64Url());
        assertThat(offers.offerMaking(site, own.handle().getBase64Url(), null).options())
                .contains("\"excludeCredentials\":[]");
    }

    @Test
    void lastWayIn_stays_alsoWhenTwoAreRemovedAtOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            Wallet first = wallet(), second = wallet();
            String account = signUps.account(first);
            wallets.bind(second, account);
            try (var threads = Executors.newFixedThreadPool(2)) {
                List<Callable<Removal>> removals =
                        List.of(() -> waysIn.remove(account, first), () -> waysIn.remove(account, second));
                var outcomes = threads.invokeAll(removals).stream()
                        .map(done -> done.resultNow())
                        .toList();
                assertThat(outcomes).containsExactlyInAnyOrder(Removal.REMOVED, Removal.LAST);
            }
            assertThat(wallets.of(account)).hasSize(1);
        }
    }

    @Test
    void somebodyElsesWay_isNotRemoved() {
        var wallet = wallet();
        String ada = signUps.account(wallet), bob = signUps.account(passkey(), "Bob");
        assertThat(waysIn.remove(bob, wallet)).isEqualTo(Removal.NONE);
        assertThat(waysIn.remove(bob, passkeys.of(bob).getFirst().id())).isEqualTo(Removal.LAST);
        assertThat(wallets.of(ada)).hasSize(1);
    }

    @Test
    void passkey_largerThanItsColumn_isRefused() {
        var small = passkey();
        for (int[] sizes : new int[][] {{1024, 10}, {10, 2049}})
            assertThatThrownBy(() -> new NewPasskey(
                            new ByteArray(new byte[sizes[0]]), small.handle(), new ByteArray(new byte[sizes[1]]), 0))
                    .isInstanceOfSatisfying(
                            PasskeyException.class,
                            e -> assertThat(e.reason()).isEqualTo(PasskeyException.Reason.TOO_LARGE));
        byte[] id = new byte[1023];
        RANDOM.nextBytes(id);
        var largest = new NewPasskey(new ByteArray(id), small.handle(), new ByteArray(new byte[2048]), 0);
        signUps.account(largest, "Ada");
        assertThatThrownBy(() -> signUps.account(largest, "Ada"))
                .isInstanceOfSatisfying(
                        PasskeyException.class, e -> assertThat(e.reason()).isEqualTo(PasskeyException.Reason.TAKEN));
    }

    @Test
    void deleted_nothingIsAddedToIt() {
        String account = signUps.account(wallet());
        var sessions = new Sessions(database().jdbi(), clock, RANDOM, Sessions.Lifetime.USUAL);
        data.delete(account);
        List<ThrowingCallable> additions = List.of(
                () -> sessions.open(account),
                () -> wallets.bind(wallet(), account),
                () -> passkeys.add(passkey(), account, "phone"),
                () -> billing.keys().create(account, KeyTerms.named("laptop")));
        for (var addition : additions) assertThatThrownBy(addition).isInstanceOf(OpenAccount.Gone.class);
    }

    @Test
    void deletion_whileAWalletIsBound_takesItToo() throws Exception {
        String account = signUps.account(wallet());
        var second = wallet();
        try (var threads = Executors.newFixedThreadPool(1)) {
            var deletion = database().jdbi().inTransaction(_ -> {
                wallets.bind(second, account);
                var begun = threads.submit(() -> data.delete(account));
                Thread.sleep(
                        300); // it must wait for this transaction; were it to go ahead, it would not see the wallet
                return begun;
            });
            deletion.get();
        }
        assertThat(wallets.account(second)).isEmpty();
    }

    @Test
    void deletion_thatFailsElsewhere_changesNothing() {
        String account = signUps.account(passkey(), "Ada");
        var failing = new PersonalData(database().jdbi(), clock, billing, wallets, passkeys, _ -> {
            throw new IllegalStateException("for a test");
        });
        assertThatThrownBy(() -> failing.delete(account)).hasMessage("for a test");
        assertThat(billing.customers().find(account).orElseThrow().name()).isEqualTo("Ada");
        assertThat(passkeys.of(account)).hasSize(1);
    }

    /** Also after the deletion: what was spent must still be brought to the contract. */
    @Test
    void purses_withWhatWasSigned_areToBeHad() {
        String account = signUps.account(wallet()), other = signUps.account(wallet());
        String purse = "0x" + account.hashCode(), empty = purse + "e", foreign = purse + "f";
        database().jdbi().useHandle(handle -> {
            for (String each : List.of(purse, empty, foreign))
                handle.execute(
                        "insert into pool_purse (account, owner, label, customer, deposited, spent, exited, exiting,"
                                + " exit_ready_at, delegate, delegations) values (?, '0x1', '0x2', ?, ?, 5, 0, 7, 99, null, 3)",
                        each,
                        each.equals(foreign) ? other : account,
                        BigDecimal.TEN.pow(30));
            for (String delegate : List.of("0xb", "0xa"))
                handle.execute(
                        "insert into pool_delegation (account, delegate, nonce, signature, signed_at)"
                                + " values (?, ?, 3, '0xd', 1)",
                        purse,
                        delegate);
            handle.execute(
                    "insert into pool_voucher (account, delegate, spent, signature, signed_at) values (?, '0xb', 6, '0xe', 2)",
                    purse);
        });
        var purses = new PersonalPurses(database().jdbi());
        var had = purses.of(account);
        var first = new PersonalPurses.Kept(
                purse,
                "0x1",
                "1" + "0".repeat(30),
                "5",
                "0",
                "7",
                99,
                null,
                3,
                List.of(new PersonalPurses.Given("0xb", 3, "0xd", 1), new PersonalPurses.Given("0xa", 3, "0xd", 1)),
                List.of(new PersonalPurses.Signed("0xb", "6", "0xe", 2)));
        assertThat(had).hasSize(2).first().isEqualTo(first);
        assertThat(had.getLast().delegationsSigned()).isEmpty();
        data.delete(account);
        assertThat(purses.of(account)).isEqualTo(had);
    }

    @Test
    void deletion_leavesBookings_andNothingElse() {
        var wallet = wallet();
        String account = signUps.account(wallet);
        passkeys.add(passkey(), account, "phone");
        billing.grant("g-" + account, account, BigInteger.TEN, "a gift");
        billing.keys().create(account, KeyTerms.named("Ada's laptop"));
        var sessions = new Sessions(database().jdbi(), clock, RANDOM, Sessions.Lifetime.USUAL);
        var token = sessions.open(account);
        var before = data.of(account);
        assertThat(before.wallets()).hasSize(1);
        assertThat(before.passkeys()).hasSize(1);
        assertThat(before.browsers()).hasSize(1);
        assertThat(before.apiKeys()).hasSize(1);
        var booked = billing.ledger().statement(account, Long.MAX_VALUE, 10);
        assertThat(booked).hasSize(1);
        data.delete(account);
        var after = data.of(account);
        assertThat(after.wallets()).isEmpty();
        assertThat(after.passkeys()).isEmpty();
        assertThat(after.browsers()).isEmpty();
        assertThat(after.apiKeys())
                .allMatch(key -> key.revoked() && key.terms().name().equals(PersonalData.DELETED));
        assertThat(after.account().name()).isEqualTo(PersonalData.DELETED);
        assertThat(billing.ledger().statement(account, Long.MAX_VALUE, 10)).isEqualTo(booked);
        assertThat(sessions.account(token)).isEmpty();
        assertThat(signUps.account(wallet)).isNotEqualTo(account);
    }
}
