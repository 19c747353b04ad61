package org.decentralizedai.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.groups.Tuple;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the ledger promises on every database. */
abstract class LedgerContract {
    private static final BigInteger HUNDRED = BigInteger.valueOf(100);

    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private JdbcLedger ledger;

    abstract TestDatabase open() throws Exception;

    /** How many random sequences are compared with the pure rules. */
    abstract int sequences();

    @BeforeEach
    void openLedger() throws Exception {
        database = open();
        ledger = new JdbcLedger(database.jdbi(), clock);
    }

    @AfterEach
    void closeDatabase() {
        database.close();
    }

    private void grant(String customer, long amount) {
        assertThat(ledger.post(Postings.grant("of-" + customer, customer, BigInteger.valueOf(amount), "a gift")))
                .isEqualTo(Outcome.POSTED);
    }

    @Test
    void sameSequence_givesWhatThePureRulesGive() {
        var sequences = Action.random(sequences(), 17);
        for (int i = 0; i < sequences.size(); i++) {
            String prefix = "s" + i + "-";
            var customers = new Customers(prefix, Epoch.at(clock.millis()));
            Book book = Book.EMPTY;
            for (Action action : sequences.get(i)) {
                for (var expected : customers.doing(action)) {
                    var turn = book.post(expected.posting());
                    assertThat(ledger.post(expected.posting()))
                            .as("%s", expected)
                            .isEqualTo(turn.outcome())
                            .isEqualTo(expected.outcome());
                    book = turn.next();
                }
            }
            customers
                    .amounts()
                    .forEach((account, amount) ->
                            assertThat(ledger.amount(account)).as("%s", account).isEqualTo(amount));
        }
        booksAreRight();
    }

    @Test
    void sixtyFourClients_moneyForAHundred_exactlyAHundredAreServed() throws Exception {
        grant("a", 100 * 7);
        var served = new AtomicInteger();
        var refused = new AtomicInteger();
        inParallel(64, client -> {
            for (int i = 0; i < 10; i++) {
                var request = new Reservation("r" + client + "-" + i, "a", BigInteger.valueOf(7));
                switch (ledger.post(request.reserve("7"))) {
                    case POSTED -> {
                        served.incrementAndGet();
                        assertThat(ledger.post(request.settle(BigInteger.valueOf(7), Epoch.at(clock.millis()), "7")))
                                .isEqualTo(Outcome.POSTED);
                    }
                    case UNCOVERED -> refused.incrementAndGet();
                    case REPLAYED, UNSIGNED, NOTHING_TO_END -> throw new AssertionError();
                }
            }
        });
        assertThat(served).hasValue(100);
        assertThat(refused).hasValue(540);
        assertThat(ledger.amount(Account.balance("a"))).isZero();
        assertThat(ledger.amount(Account.reserved("a"))).isZero();
        booksAreRight();
    }

    @Test
    void clientsOfAnyCost_inParallel_sumsAreRightAndNothingIsNegative() throws Exception {
        for (String customer : List.of("a", "b", "c")) grant(customer, 3000);
        inParallel(16, client -> {
            var random = new Random(client);
            for (int i = 0; i < 20; i++) {
                String customer = String.valueOf("abc".charAt(random.nextInt(3)));
                var request =
                        new Reservation("r" + client + "-" + i, customer, BigInteger.valueOf(random.nextInt(200)));
                var cost =
                        BigInteger.valueOf(random.nextInt(request.microCredits().intValue() + 1));
                if (ledger.post(request.reserve("")) != Outcome.POSTED) continue;
                if (random.nextInt(10) == 0) continue; // stays open: its process has died
                var settlement = request.settle(cost, Epoch.at(clock.millis()), "");
                assertThat(ledger.post(settlement)).isEqualTo(Outcome.POSTED);
                if (random.nextInt(10) == 0) assertThat(ledger.post(settlement)).isEqualTo(Outcome.REPLAYED);
                if (random.nextInt(10) == 0) ledger.rollUp();
            }
        });
        booksAreRight();
    }

    @Test
    void sameId_inParallel_isPostedOnce() throws Exception {
        var posted = new AtomicInteger();
        inParallel(16, _ -> {
            for (int i = 0; i < 20; i++)
                if (ledger.post(Postings.grant("same" + i, "a", HUNDRED, "a gift")) == Outcome.POSTED)
                    posted.incrementAndGet();
        });
        assertThat(posted).hasValue(20);
        assertThat(ledger.amount(Account.balance("a"))).isEqualTo(BigInteger.valueOf(2000));
        booksAreRight();
    }

    @Test
    void refusedPosting_leavesNothingBehind() {
        grant("a", 10);
        var request = new Reservation("r", "a", BigInteger.valueOf(11));
        assertThat(ledger.post(request.reserve(""))).isEqualTo(Outcome.UNCOVERED);
        assertThat(ledger.post(request.settle(BigInteger.ONE, new Epoch(0), "")))
                .isEqualTo(Outcome.NOTHING_TO_END);
        assertThat(ledger.statement("a", Long.MAX_VALUE, 10)).hasSize(1);
        ledger.post(Postings.grant("more", "a", BigInteger.ONE, "a gift"));
        assertThat(ledger.post(request.reserve("")))
                .as("a refused id may be tried again")
                .isEqualTo(Outcome.POSTED);
        booksAreRight();
    }

    @Test
    void pastEpochs_areRolledUpOnce_lateSettlementsToo() {
        grant("a", 100);
        grant("b", 100);
        var week = Epoch.at(clock.millis());
        pay("a", "1", 30, week);
        pay("b", "2", 20, week);
        assertThat(ledger.rollUp()).as("the epoch still runs").isZero();
        clock.advance(Duration.ofDays(7));
        assertThat(ledger.rollUp()).isEqualTo(2);
        assertThat(ledger.rollUp()).isZero();
        pay("a", "3", 5, week); // its clock was read before the epoch ended
        assertThat(ledger.rollUp()).isEqualTo(1);
        assertThat(ledger.amount(Account.revenue(week))).isEqualTo(BigInteger.valueOf(55));
        assertThat(ledger.amount(Account.spent("a", week))).isZero();
        booksAreRight();
    }

    private void pay(String customer, String id, long cost, Epoch epoch) {
        var request = new Reservation(id, customer, BigInteger.valueOf(cost));
        assertThat(ledger.post(request.reserve(""))).isEqualTo(Outcome.POSTED);
        assertThat(ledger.post(request.settle(BigInteger.valueOf(cost), epoch, "")))
                .isEqualTo(Outcome.POSTED);
    }

    @Test
    void statement_showsEachBookingWithItsFormula_newestFirst_inPages() {
        grant("a", 100);
        grant("b", 100);
        var request = new Reservation("r", "a", BigInteger.valueOf(60));
        ledger.post(request.reserve("60 at most"));
        ledger.post(request.settle(BigInteger.valueOf(25), new Epoch(3), "25 of them"));
        var all = ledger.statement("a", Long.MAX_VALUE, 10);
        assertThat(all)
                .extracting(StatementLine::kind, StatementLine::account, StatementLine::amount, StatementLine::after)
                .containsExactly(
                        line("settle", "balance", 35, 75),
                        line("settle", "reserved", -60, 0),
                        line("settle", "spent", 25, 25),
                        line("reserve", "balance", -60, 40),
                        line("reserve", "reserved", 60, 60),
                        line("grant", "balance", 100, 100));
        assertThat(all.getFirst().formula()).isEqualTo("25 of them");
        var first = ledger.statement("a", Long.MAX_VALUE, 2);
        assertThat(first).isEqualTo(all.subList(0, 5));
        assertThat(ledger.statement("a", first.getLast().number(), 2)).isEqualTo(all.subList(5, 6));
        assertThat(ledger.statement("nobody", Long.MAX_VALUE, 10)).isEmpty();
    }

    private static Tuple line(String kind, String account, long amount, long after) {
        return tuple(kind, account, BigInteger.valueOf(amount), BigInteger.valueOf(after));
    }

    @Test
    void recount_amountsThatAreNotTheirEntries_areAgain() {
        grant("a", 100);
        assertThat(ledger.recount()).isZero();
        database.jdbi()
                .useHandle(handle -> handle.execute(
                        "update ledger_account set amount = amount + 5, entries = entries + 1 where id = ?",
                        Account.balance("a").id()));
        assertThat(ledger.recount()).isEqualTo(1);
        assertThat(ledger.amount(Account.balance("a"))).isEqualTo(100);
        assertThat(ledger.post(Postings.grant("more", "a", BigInteger.TEN, "a gift")))
                .isEqualTo(Outcome.POSTED);
        booksAreRight();
    }

    @Test
    void amounts_areExactAt78Digits() {
        var most = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
        ledger.post(Postings.deposit("1", "a", most));
        assertThat(ledger.amount(Account.deposit("a"))).isEqualTo(most);
        assertThat(ledger.amount(Account.chain())).isEqualTo(most.negate());
    }

    private void booksAreRight() {
        Books.check(database.jdbi());
    }

    private interface Client {
        void run(int number) throws Exception;
    }

    private static void inParallel(int clients, Client client) throws Exception {
        var go = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(clients)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    go.await();
                    client.run(number);
                    return null;
                }));
            }
            go.countDown();
            for (var one : all) one.get();
        }
    }
}
