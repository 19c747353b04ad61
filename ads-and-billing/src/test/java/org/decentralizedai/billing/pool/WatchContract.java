package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Clock;
import java.util.List;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.ledger.Reservation;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.WatchStore.Watched;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the watcher promises on every database. */
abstract class WatchContract {
    private static final String ADA = "0x" + "1".repeat(40);
    private static final Label LABEL = new Label("ada");
    private static final int CONFIRMATIONS = 2;

    private final Clock clock = new MutableClock();
    private final ModelChain chain = new ModelChain();
    private TestDatabase database;
    private Desk desk;

    abstract TestDatabase open() throws Exception;

    /** How many random sequences are played. */
    abstract int sequences();

    static void openAccounts(TestDatabase database) {
        database.jdbi().useHandle(handle -> {
            for (String id : List.of("ada", "bob"))
                handle.execute("insert into customer (id, name, created_at) values (?, ?, 0)", id, id);
        });
    }

    @BeforeEach
    void openDesk() throws Exception {
        database = open();
        openAccounts(database);
        desk = new Desk(database, chain, CONFIRMATIONS, clock);
    }

    @AfterEach
    void closeDatabase() {
        Books.check(database.jdbi());
        database.close();
    }

    private void mine(int blocks) {
        for (int i = 0; i < blocks; i++) chain.mine();
    }

    private long balance() {
        return desk.ledger.amount(Account.balance("ada")).longValueExact();
    }

    private long wei(Account account) {
        return desk.ledger.amount(account).longValueExact();
    }

    private void spend(int microCredits) {
        var request = new Reservation("r" + microCredits, "ada", BigInteger.valueOf(microCredits));
        assertThat(desk.ledger.post(request.reserve(""))).isEqualTo(Outcome.POSTED);
        assertThat(desk.ledger.post(request.settle(request.microCredits(), new Epoch(0), "")))
                .isEqualTo(Outcome.POSTED);
    }

    @Test
    void randomSequences_booksAreWhatTheChainSays() {
        for (var steps : WatchStep.random(sequences(), 23)) WatchPlay.play(database, steps, 1);
    }

    @Test
    void deposit_isCreditedWhenItIsConfirmed_once() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 10_500);
        mine(CONFIRMATIONS);
        desk.look();
        assertThat(balance()).as("one confirmation is missing").isZero();
        chain.mine();
        desk.look();
        desk.look();
        assertThat(balance()).isEqualTo(10);
        assertThat(wei(Account.deposit("ada"))).isEqualTo(10_500);
        assertThat(wei(Account.chain())).isEqualTo(-10_500);
        chain.send(Kind.DEPOSITED, ADA, LABEL, 500);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(balance())
                .as("what a deposit leaves over counts with the next")
                .isEqualTo(11);
    }

    @Test
    void deposit_ofNoCustomer_givesNobodyCredits() {
        var nobody = new Label("nobody");
        chain.send(Kind.DEPOSITED, ADA, nobody, 5000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        String purse = Purse.account(ADA, nobody).substring(2);
        assertThat(wei(Account.deposit(purse))).isEqualTo(5000);
        assertThat(wei(Account.sold())).isZero();
    }

    @Test
    void grantAfterSpending_leavesWhatWasSpentOwed_evenIfNobodyAskedBefore() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 100_000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        spend(60);
        desk.ledger.post(Postings.grant("1", "ada", BigInteger.valueOf(100), "a gift"));
        assertThat(desk.positions.paid("ada")).isEqualTo(60_000);
    }

    @Test
    void eventsThatTheNodeLeavesOut_halt_untilTheSumsAreRight() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(settled(desk)).isTrue();
        chain.send(Kind.DEPOSITED, ADA, LABEL, 7000);
        chain.send(Kind.EXIT_REQUESTED, ADA, LABEL, 1000);
        chain.mine();
        chain.forget(chain.newest());
        chain.send(Kind.EXIT_CANCELLED, ADA, LABEL, 0);
        mine(1 + CONFIRMATIONS);
        assertHalts(desk);
        assertThat(settled(desk)).as("it is read, and in the books").isFalse();
        chain.recover();
        chain.send(Kind.DEPOSITED, ADA, LABEL, 9000);
        mine(1 + CONFIRMATIONS);
        long next = desk.store.next();
        assertHalts(desk);
        assertThat(desk.store.next()).as("nothing more is read").isEqualTo(next);
        var restarted = new Desk(database, chain, CONFIRMATIONS, clock);
        assertHalts(restarted);
        database.jdbi()
                .useHandle(
                        handle -> { // as docs/operators.md says
                            handle.execute("update pool_watch set next_block = 0");
                            handle.execute("delete from pool_block");
                        });
        assertThat(settled(restarted)).isFalse();
        restarted.look();
        assertThat(settled(restarted)).isTrue();
        assertThat(balance()).isEqualTo(5 + 7 + 9);
        assertThat(desk.purses.find(Purse.account(ADA, LABEL)).orElseThrow().exiting())
                .as("the exit was asked for before it was cancelled")
                .isZero();
    }

    private static boolean settled(Desk desk) {
        return desk.watcher.settled(desk.store.next());
    }

    @Test
    void otherBlocksUpToTheSameNumber_areAddedUpAnew() {
        mine(4);
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(4);
        desk.look();
        long next = desk.store.next();
        chain.reorganise(4, 0);
        chain.forget(chain.newest() - 3); // where the deposit is again
        assertHalts(desk);
        assertThat(desk.store.next()).isEqualTo(next);
        assertThat(settled(desk)).isFalse();
    }

    private static void assertHalts(Desk desk) {
        assertThatThrownBy(desk::look)
                .isInstanceOfSatisfying(
                        ChainFault.class, fault -> assertThat(fault.code()).isEqualTo(ChainFault.Code.EVENTS_MISSING));
    }

    @Test
    void textOfARoot_mayHoldAnything() {
        String halfAtTheEnd = "x".repeat(3999) + "\uD83D\uDE00";
        chain.send(Kind.ROOT_PROPOSED, ADA, LABEL, 5, "a\0b\uD800c");
        chain.send(Kind.ROOT_PROPOSED, ADA, LABEL, 5, halfAtTheEnd);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(desk.events.of(Kind.ROOT_PROPOSED, 0, 10))
                .extracting(PoolEvent::text)
                .containsExactly("a\uFFFDb\uFFFDc", "x".repeat(3999));
    }

    @Test
    void shallowReorganisation_takesNothingBack() {
        mine(3);
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(2);
        desk.look();
        chain.reorganise(CONFIRMATIONS, 0);
        desk.look();
        assertThat(balance()).isZero();
        chain.mine();
        desk.look();
        assertThat(balance()).isEqualTo(5);
    }

    @Test
    void deepReorganisation_spentCreditsAreArrears_untilTheDepositIsThereAgain() {
        mine(2);
        chain.send(Kind.DEPOSITED, ADA, LABEL, 10_000);
        mine(4);
        desk.look();
        spend(4);
        chain.reorganise(4, 1); // drops the deposit
        desk.look();
        assertThat(balance()).isZero();
        assertThat(wei(Account.deposit("ada"))).isZero();
        assertThat(desk.credits.arrears()).containsExactly(new Arrears("ada", BigInteger.valueOf(4)));
        desk.ledger.post(Postings.grant("1", "ada", BigInteger.ONE, "a gift"));
        desk.look();
        assertThat(balance()).as("what comes goes to the arrears").isZero();
        assertThat(desk.credits.arrears()).containsExactly(new Arrears("ada", BigInteger.valueOf(3)));
        chain.takeBack();
        desk.look();
        assertThat(balance()).as("10 bought, 1 given, 4 spent").isEqualTo(7);
        assertThat(desk.credits.arrears()).isEmpty();
        assertThat(desk.positions.paid("ada"))
                .as("all was of the deposit: the gift came later")
                .isEqualTo(4000);
    }

    @Test
    void incomeThatWasSharedOut_isLost_untilItIsCountedAgain() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 10_000);
        mine(2);
        chain.send(Kind.SPENT, ADA, LABEL, 4000);
        mine(4);
        desk.look();
        assertThat(wei(Account.income())).isEqualTo(4000);
        desk.ledger.post(new Posting(
                "share",
                Posting.Kind.SHARE,
                null,
                "",
                List.of(
                        new Entry(Account.income(), BigInteger.valueOf(-4000)),
                        new Entry(Account.provider("k"), BigInteger.valueOf(4000)))));
        chain.reorganise(4, 1);
        desk.look();
        assertThat(wei(Account.lost())).isEqualTo(-4000);
        assertThat(wei(Account.deposit("ada"))).isEqualTo(10_000);
        chain.send(Kind.SPENT, ADA, LABEL, 5000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(wei(Account.lost())).isZero();
        assertThat(wei(Account.income())).isEqualTo(1000);
    }

    @Test
    void exit_takesCreditsWhenItIsAskedFor_andGivesThemBackWhenItIsCancelled() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 10_000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        spend(4);
        chain.send(Kind.EXIT_REQUESTED, ADA, LABEL, 10_000);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(balance()).isZero();
        assertThat(desk.credits.arrears()).as("the deposit is still there").isEmpty();
        var claim = desk.positions.claims("ada").getFirst();
        assertThat(claim.owed()).as("what a voucher must say during the delay").isEqualTo(4000);
        chain.send(Kind.EXIT_CANCELLED, ADA, LABEL, 0);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(balance()).isEqualTo(6);
        chain.send(Kind.EXIT_REQUESTED, ADA, LABEL, 10_000);
        chain.send(Kind.SPENT, ADA, LABEL, 4000);
        chain.send(Kind.EXITED, ADA, LABEL, 0);
        mine(1 + CONFIRMATIONS);
        desk.look();
        assertThat(balance()).isZero();
        assertThat(wei(Account.deposit("ada"))).isZero();
        assertThat(wei(Account.income())).isEqualTo(4000);
        assertThat(desk.positions.claims("ada").getFirst().open()).isFalse();
    }

    @Test
    void nodeThatLacksWhatWasRead_isRefused_nothingIsTakenBack() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(6);
        desk.look();
        chain.disturb(5, false);
        assertThatThrownBy(desk::look)
                .isInstanceOfSatisfying(
                        ChainFault.class, fault -> assertThat(fault.code()).isEqualTo(ChainFault.Code.BEHIND));
        assertThat(balance()).isEqualTo(5);
    }

    @Test
    void anotherChainAltogether_halts_nothingIsTakenBackOrCredited() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(6);
        desk.look();
        var other = new ModelChain();
        other.send(Kind.DEPOSITED, ADA, LABEL, 7000);
        other.mine();
        other.reorganise(1, 0); // its hashes differ from those of the first
        for (int i = 0; i < 10; i++) other.mine();
        database.jdbi().useHandle(handle -> handle.execute("delete from pool_block where number < 3"));
        var stranded = new Desk(database, other, CONFIRMATIONS, clock);
        assertThatThrownBy(stranded::look)
                .isInstanceOfSatisfying(
                        ChainFault.class,
                        fault -> assertThat(fault.code().halts()).isTrue());
        assertThat(balance()).isEqualTo(5);
        desk.look(); // the right node is back
        assertThat(balance()).isEqualTo(5);
    }

    @Test
    void readingThatBeganTooLate_halts_nothingIsBooked() {
        chain.send(Kind.DEPOSITED, ADA, LABEL, 5000);
        mine(2);
        chain.send(Kind.SPENT, ADA, LABEL, 1000);
        mine(1 + CONFIRMATIONS);
        database.jdbi().useHandle(handle -> handle.execute("update pool_watch set next_block = 2"));
        assertThatThrownBy(desk::look)
                .isInstanceOfSatisfying(
                        ChainFault.class, fault -> assertThat(fault.code()).isEqualTo(ChainFault.Code.INCOMPLETE));
        assertThat(desk.store.next()).isEqualTo(2);
        assertThat(wei(Account.income())).isZero();
    }

    @Test
    void databaseOfAnotherContractOrRate_isRefused() {
        var same = new Watched(1, "0xc", Desk.RATE);
        desk.store.open(same, 5);
        for (var other :
                List.of(new Watched(2, "0xc", Desk.RATE), new Watched(1, "0xd", Desk.RATE), new Watched(1, "0xc", 7)))
            assertThatThrownBy(() -> desk.store.open(other, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
