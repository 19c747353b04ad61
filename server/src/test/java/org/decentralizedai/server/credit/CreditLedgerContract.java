package org.decentralizedai.server.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.decentralizedai.server.credit.Leaderboard.Period;
import org.decentralizedai.server.credit.Statement.State;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the book of credit must do, whatever database is behind it. A task of 10 tokens earns 10 micro-credits here. */
abstract class CreditLedgerContract {
    static final CreditRule RULE = new CreditRule(432_000);
    private static final int HELD = 3;
    private static final Agreement SAME = new Agreement(0, 1);
    private static final Page.Request FIRST = new Page.Request(1, 10);

    private final MutableClock clock = new MutableClock();
    private Database database;
    private CreditLedger ledger;
    private Accounts accounts;
    private Leaderboard board;
    private AuditLedger audits;

    /** An empty database. */
    abstract Database open() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        database = open();
        ledger = new CreditLedger(database, clock, RULE, HELD);
        accounts = new Accounts(database, clock);
        board = new Leaderboard(database, clock);
        audits = new AuditLedger(database, clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void complete(String account, long task, int tokens) {
        ledger.grant(task, account, tokens);
    }

    @Test
    void completed_fewTasks_allIsHeld() {
        for (int task = 0; task < HELD; task++) complete("a", task, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(0, 30, 0, 3));
        assertThat(ledger.balance("b")).isEqualTo(Balance.ZERO);
    }

    @Test
    void completed_moreTasks_releasesTheOldest() {
        for (int task = 0; task < 5; task++) complete("a", task, 10 + task);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(10 + 11, 12 + 13 + 14, 0, 5));
        assertThat(new Statement(database).tasks("a", FIRST).rows())
                .extracting(Statement.Granted::state)
                .containsExactly(State.HELD, State.HELD, State.HELD, State.RELEASED, State.RELEASED);
    }

    @Test
    void completed_sameTaskAgain_booksOnce() {
        for (int times = 0; times < 3; times++) for (int task = 0; task < 4; task++) complete("a", task, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(10, 30, 0, 4));
        complete("b", 0, 10); // a replica of the same task earns too
        assertThat(ledger.balance("b")).isEqualTo(new Balance(0, 10, 0, 1));
    }

    @Test
    void completed_transactionFails_booksNothing() {
        assertThatThrownBy(() -> database.jdbi().useTransaction(handle -> {
                    ledger.completed(handle, 1, "a", 10);
                    throw new IllegalStateException("the crash");
                }))
                .hasMessage("the crash");
        assertThat(ledger.balance("a")).isEqualTo(Balance.ZERO);
        complete("a", 1, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(0, 10, 0, 1));
    }

    @Test
    void completed_fewerTasksAreHeldFromNowOn_releasesWhatIsDue() {
        for (int task = 0; task < HELD; task++) complete("a", task, 10);
        ledger = new CreditLedger(database, clock, RULE, 1);
        complete("a", 9, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(30, 10, 0, 4));
    }

    private void audited() {
        ledger = new CreditLedger(database, clock, RULE, HELD, true);
    }

    private static Audit audit(String account, long task) {
        return new Audit(new Lease(task, 1), 0, account, "class", 0);
    }

    /** Completed, and drawn after that. */
    private Audit completeAndDraw(String account, long task) {
        complete(account, task, 10);
        var audit = audit(account, task);
        assertThat(audits.draw(audit)).isTrue();
        return audit;
    }

    @Test
    void audited_lotsThatDrawNothing_holdsOneMore_sinceTheNewestHasNoLotYet() {
        audited();
        for (int task = 0; task <= HELD; task++) complete("a", task, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(0, 40, 0, 4));
        complete("a", 9, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(10, 40, 0, 5));
    }

    @Test
    void audited_auditsThatNobodyDecidesOnOrThatAreMissed_nothingIsReleased() {
        audited();
        for (int task = 0; task < 10; task++) {
            completeAndDraw("missed", task);
            audits.missed(task);
            completeAndDraw("waits", 100 + task);
            audits.vouched(completeAndDraw("vouched", 200 + task), SAME, true);
        }
        for (String account : List.of("missed", "waits", "vouched"))
            assertThat(ledger.balance(account)).as(account).isEqualTo(new Balance(0, 100, 0, 10));
    }

    @Test
    void audited_someAgree_releasesWhatIsBeforeThem_missedOnesToo() {
        audited();
        completeAndDraw("a", 0);
        audits.missed(0);
        for (int task = 1; task <= HELD; task++) {
            var audit = completeAndDraw("a", task);
            if (task < HELD) audits.agreed(audit, SAME, true);
        }
        complete("a", 9, 10);
        assertThat(ledger.balance("a")).as("one of three waits").isEqualTo(new Balance(0, 50, 0, 5));
        audits.agreed(audit("a", HELD), SAME, true);
        complete("a", 10, 10);
        assertThat(ledger.balance("a")).as("task 9 was not drawn, either").isEqualTo(new Balance(20, 40, 0, 6));
    }

    /** Else a liar's further fakes would bring its honest work to safety before the first of them is found. */
    @Test
    void audited_oneWaits_whatComesAfterItDoesNotCount() {
        audited();
        for (int task = 0; task < HELD; task++) complete("a", task, 10);
        var waits = completeAndDraw("a", HELD);
        for (int task = 4; task < 20; task++) complete("a", task, 10);
        assertThat(ledger.balance("a").released()).isZero();
        audits.agreed(waits, SAME, true);
        complete("a", 20, 10);
        assertThat(ledger.balance("a").held()).isEqualTo(10 * (HELD + 1));
    }

    @Test
    void audited_auditOfAnothersTask_isNotItsOwn() {
        audited();
        for (int task = 0; task < 5; task++) {
            audits.draw(audit("b", task));
            complete("a", task, 10);
        }
        assertThat(ledger.balance("a").released()).isEqualTo(10);
    }

    @Test
    void audited_restart_knowsWhatIsClear() throws Exception {
        audited();
        for (int task = 0; task < 6; task++) {
            completeAndDraw("a", task);
            audits.missed(task);
        }
        audited(); // all of it is in the database
        for (int task = 6; task < 6 + HELD; task++) complete("a", task, 10);
        assertThat(ledger.balance("a").released()).isZero();
        complete("a", 20, 10);
        assertThat(ledger.balance("a").released()).isEqualTo(60);
    }

    @Test
    void audited_fakeFound_forfeitsClearAndOthers() {
        audited();
        for (int task = 0; task < 3; task++) {
            completeAndDraw("a", task);
            audits.missed(task);
        }
        complete("a", 3, 10);
        audits.caught(completeAndDraw("a", 4), new Agreement(2, -1), 0, 0);
        assertThat(ledger.forfeit("a")).isEqualTo(50);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(0, 0, 50, 0));
    }

    @Test
    void auditRate_growsWithWhatIsNotAtStake() {
        audited();
        complete("a", 0, 10);
        assertThat(ledger.auditRate("a", 10, 0.03)).as("nothing to lose").isGreaterThanOrEqualTo(1);
        for (int task = 1; task < 4; task++) {
            completeAndDraw("a", task);
            audits.missed(task);
        }
        complete("a", 4, 10);
        assertThat(ledger.auditRate("a", 10, 0.03)).as("one that is clear").isCloseTo(1 / 1.8, within(1e-9));
        complete("a", 5, 10);
        assertThat(ledger.auditRate("a", 10, 0.03)).as("two").isCloseTo(1 / 2.7, within(1e-9));
        assertThat(ledger.auditRate("a", 10, 0.5)).isEqualTo(0.5);
        assertThat(ledger.auditRate("a", 20, 0.5)).as("pays twice as much").isGreaterThan(0.99);
    }

    @Test
    void forfeit_held_goesToTheEpochsPoolAndReleasedStays() {
        for (int task = 0; task < 5; task++) complete("a", task, 10);
        complete("b", 5, 10);
        var epoch = Epoch.at(clock.millis());
        assertThat(ledger.forfeit("a")).isEqualTo(30);
        assertThat(ledger.forfeit("a")).isZero();
        assertThat(ledger.forfeit("nobody")).isZero();
        assertThat(ledger.balance("a")).isEqualTo(new Balance(20, 0, 30, 2));
        assertThat(ledger.balance("b")).isEqualTo(new Balance(0, 10, 0, 1));
        assertThat(ledger.pool(epoch)).isEqualTo(30);
        assertThat(ledger.pool(new Epoch(epoch.number() + 1))).isZero();
    }

    @Test
    void forfeit_thenFurtherTasks_areHeldAnewAndTheForfeitedStaysForfeited() {
        for (int task = 0; task < 2; task++) complete("a", task, 10);
        ledger.forfeit("a");
        complete("a", 0, 10); // replayed
        for (int task = 2; task < 6; task++) complete("a", task, 10);
        assertThat(ledger.balance("a")).isEqualTo(new Balance(10, 30, 20, 4));
    }

    @Test
    void threads_sameAccountAndTasks_sumsHold() throws Exception {
        int tasks = 60;
        try (var pool = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int number = thread;
                running.add(pool.submit(() -> {
                    for (int task = 0; task < tasks; task++) {
                        complete(task % 2 == 0 ? "a" : "b", task, 10);
                        if (number == 0 && task % 20 == 19) ledger.forfeit("a");
                    }
                }));
            }
            for (var one : running) one.get();
        }
        for (String account : List.of("a", "b")) {
            var sum = ledger.balance(account);
            assertThat(sum.released() + sum.held() + sum.forfeited()).isEqualTo(10L * tasks / 2);
            assertThat(sum.held()).isLessThanOrEqualTo(10 * HELD);
            assertThat(sum.tasks()).isEqualTo((sum.released() + sum.held()) / 10);
        }
    }

    @Test
    void people_allTimeAndDay_areRankedAndPaged() {
        for (int i = 0; i < 12; i++) complete("worker" + i, i, 10 * (i + 1));
        accounts.rename("worker3", PublicName.of("Ada"));
        clock.advance(Duration.ofHours(30));
        complete("worker3", 99, 5);
        complete("worker5", 100, 7);
        var all = board.people(Period.ALL, FIRST);
        assertThat(all.total()).isEqualTo(12);
        assertThat(all.rows()).extracting(Leaderboard.Person::id).startsWith("worker11", "worker10", "worker9");
        assertThat(all.rows()).extracting(Leaderboard.Person::rank).containsExactlyElementsOf(ranks(1, 10));
        var last = board.people(Period.ALL, new Page.Request(2, 10));
        assertThat(last.rows()).extracting(Leaderboard.Person::rank).containsExactly(11L, 12L);
        assertThat(board.people(Period.DAY, FIRST).rows())
                .containsExactly(
                        new Leaderboard.Person(1, "worker5", null, null, 7, 1),
                        new Leaderboard.Person(2, "worker3", "Ada", null, 5, 1));
        assertThat(board.people(Period.ALL, new Page.Request(9, 10)).rows()).isEmpty();
    }

    private static List<Long> ranks(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Long::valueOf).toList();
    }

    @Test
    void teams_memberLeaves_creditStaysWithTheTeam() {
        for (String account : List.of("a", "b")) complete(account, 0, 10);
        var whales = accounts.found("a", PublicName.of("The  Whales")).orElseThrow();
        assertThat(whales.name()).isEqualTo("The Whales");
        assertThat(accounts.found("b", PublicName.of("the whales"))).isEmpty();
        assertThat(accounts.join("b", PublicName.of("THE WHALES"))).contains(whales);
        assertThat(accounts.join("b", PublicName.of("nobody's team"))).isEmpty();
        complete("a", 1, 20);
        complete("b", 2, 30);
        accounts.leave("b");
        complete("b", 3, 40);
        assertThat(accounts.find("a").orElseThrow().team()).isEqualTo(whales);
        assertThat(accounts.find("b").orElseThrow().team()).isNull();
        for (var period : Period.values())
            assertThat(board.teams(period, FIRST).rows())
                    .containsExactly(new Leaderboard.TeamRow(1, whales.id(), "The Whales", 1, 50, 2));
        ledger.forfeit("b"); // what it earned in the team goes, too
        for (var period : Period.values())
            assertThat(board.teams(period, FIRST).rows())
                    .containsExactly(new Leaderboard.TeamRow(1, whales.id(), "The Whales", 1, 20, 1));
    }

    @Test
    void rename_unknownAccount_isRefused() {
        assertThat(accounts.rename("nobody", PublicName.of("Ada"))).isFalse();
        assertThat(accounts.find("nobody")).isEmpty();
    }

    @Test
    void days_severalDays_newestFirst() {
        complete("a", 0, 10);
        clock.advance(Duration.ofHours(1));
        complete("a", 1, 20);
        clock.advance(Duration.ofDays(2));
        complete("a", 2, 30);
        assertThat(new Statement(database).days("a", FIRST))
                .isEqualTo(new Page<>(
                        1,
                        10,
                        2,
                        List.of(new Statement.Day("1970-01-03", 30, 1), new Statement.Day("1970-01-01", 30, 2))));
    }
}
