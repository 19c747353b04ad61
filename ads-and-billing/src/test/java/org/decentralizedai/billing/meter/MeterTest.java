package org.decentralizedai.billing.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.key.Customer;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.key.KeyStore;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.ledger.StatementLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MeterTest {
    private static final Price PRICE = new Price(1_000_000, 3_000_000); // 1 and 3 micro-credits a token

    private final MutableClock clock = new MutableClock();
    private final AtomicInteger syncs = new AtomicInteger();
    private TestDatabase database;
    private JdbcLedger ledger;
    private Meter meter;
    private Customer ada;
    private String key;
    private int requests;

    @BeforeEach
    void open() {
        database = TestDatabase.inMemory();
        ledger = new JdbcLedger(database.jdbi(), clock);
        meter = meter();
        var random = new Random(1);
        ada = new CustomerStore(database.jdbi(), clock, random).open("Ada");
        key = new KeyStore(database.jdbi(), clock, random)
                .create(ada.id(), KeyTerms.named("a"))
                .stored()
                .id();
        ledger.post(Postings.grant("1", ada.id(), BigInteger.valueOf(1000), "a gift"));
    }

    private Meter meter() {
        return new Meter(ledger, database.jdbi(), clock, syncs::incrementAndGet);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Asked asked(int prompt, int max) {
        return new Asked("req" + requests++, ada.id(), key, "nano", PRICE, prompt, max);
    }

    private OpenRequest begun(int prompt, int max) {
        return meter.begin(asked(prompt, max)).orElseThrow();
    }

    private long balance() {
        return ledger.amount(Account.balance(ada.id())).longValueExact();
    }

    private long reserved() {
        return ledger.amount(Account.reserved(ada.id())).longValueExact();
    }

    @Test
    void begin_putsTheMostAside_onTheDisk() {
        begun(10, 20);
        assertThat(balance()).isEqualTo(1000 - 70);
        assertThat(reserved()).isEqualTo(70);
        assertThat(syncs).hasValue(1);
    }

    @Test
    void begin_aboveTheBalance_isRefusedAndNotNoted() {
        assertThat(meter.begin(asked(1, 334))).isEmpty();
        assertThat(meter.sweep()).isZero();
        assertThat(meter.begin(asked(1, 333))).isPresent();
        assertThat(balance()).isZero();
    }

    @Test
    void complete_costsItsTokens() {
        try (var request = begun(10, 20)) {
            request.sent(1);
            request.complete(7);
        }
        assertThat(balance()).isEqualTo(1000 - 10 - 21);
        assertThat(reserved()).isZero();
        assertThat(newest().formula())
                .isEqualTo("10 prompt tokens x 1000000 + 7 answer tokens x 3000000 micro-credits for a million"
                        + " = 31 micro-credits, rounded down.");
    }

    private StatementLine newest() {
        return ledger.statement(ada.id(), Long.MAX_VALUE, 1).getFirst();
    }

    @Test
    void emptyAnswer_thatIsWhole_costsItsPrompt() {
        try (var request = begun(10, 20)) {
            request.complete(0);
        }
        assertThat(balance()).isEqualTo(1000 - 10);
    }

    @Test
    void cutOff_costsWhatWasSent() {
        try (var request = begun(10, 20)) {
            request.sent(1);
            request.sent(2);
        }
        assertThat(balance()).isEqualTo(1000 - 10 - 6);
        assertThat(newest().formula()).contains("cut off");
    }

    @Test
    void nothingSent_costsNothing() {
        begun(10, 20).close();
        assertThat(balance()).isEqualTo(1000);
        assertThat(reserved()).isZero();
        assertThat(newest().formula()).contains("costs nothing");
    }

    @Test
    void closedTwice_isSettledOnce() {
        var request = begun(10, 20);
        request.sent(1);
        request.close();
        request.sent(9);
        request.close();
        assertThat(balance()).isEqualTo(1000 - 13);
    }

    @Test
    void processDies_nextOneSettlesByWhatWasNoted() {
        var request = begun(10, 20);
        request.sent(1); // noted
        clock.advance(Duration.ofMillis(100));
        request.sent(5); // too soon
        clock.advance(Duration.ofMillis(200));
        request.sent(8); // noted
        request.sent(9);
        begun(10, 20); // nothing sent
        assertThat(meter().sweep()).isEqualTo(2);
        assertThat(balance()).isEqualTo(1000 - 10 - 24);
        assertThat(reserved()).isZero();
        request.close(); // the dead process wakes up
        assertThat(balance()).isEqualTo(1000 - 10 - 24);
        assertThat(meter().sweep()).isZero();
    }

    @Test
    void sweep_whileRequestsRun_leavesThemAlone() {
        var request = begun(10, 20);
        request.sent(3);
        assertThat(meter.sweep()).isZero();
        assertThat(reserved()).isEqualTo(70);
        request.complete(4);
        request.close();
        assertThat(balance()).isEqualTo(1000 - 10 - 12);
    }

    @Test
    void settlementNotTaken_isDueUntilItIs_asItEnded() {
        var request = begun(10, 20);
        request.sent(3); // noted
        request.complete(9);
        rename("metered_request", "away");
        assertThatThrownBy(request::close).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(meter::sweep).isInstanceOf(RuntimeException.class);
        rename("away", "metered_request");
        assertThat(reserved()).isEqualTo(70);
        assertThat(meter.sweep()).isEqualTo(1);
        assertThat(balance()).isEqualTo(1000 - 10 - 27);
        assertThat(reserved()).isZero();
        assertThat(meter.sweep()).isZero();
    }

    private void rename(String table, String name) {
        database.jdbi().useHandle(handle -> handle.execute("alter table " + table + " rename to " + name));
    }

    @Test
    void beginningNotForced_isReleasedByTheNextSweep() {
        meter = new Meter(ledger, database.jdbi(), clock, () -> {
            throw new IllegalStateException("the disk is full");
        });
        assertThatThrownBy(() -> begun(10, 20)).hasMessageContaining("full");
        assertThat(meter.sweep()).isEqualTo(1);
        assertThat(balance()).isEqualTo(1000);
        assertThat(reserved()).isZero();
    }

    @Test
    void sweep_brokenRowsBeforeAGoodOne_settlesTheGoodOne() {
        begun(10, 20);
        begun(10, 20);
        clock.advance(Duration.ofMillis(1));
        begun(10, 20);
        database.jdbi().useHandle(handle -> {
            handle.execute("update metered_request set input_price = -1 where id = 'req0'");
            handle.execute("update metered_request set max_tokens = 1000000 where id = 'req1'");
        });
        assertThatThrownBy(meter()::sweep)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(reserved()).isEqualTo(2 * 70);
        assertThat(balance()).isEqualTo(1000 - 2 * 70);
        new Billing(database.jdbi(), clock, () -> {}).close(); // starts all the same
    }

    @Test
    void usage_isByDayKeyAndModel_withoutWhatCostNothing() {
        for (int i = 0; i < 2; i++)
            try (var request = begun(10, 20)) {
                request.complete(5);
            }
        begun(10, 20).close();
        clock.advance(Duration.ofDays(1));
        try (var request = begun(1, 20)) {
            request.sent(1);
        }
        var first = LocalDate.ofEpochDay(0);
        var days = new UsageStore(database.jdbi()).days(ada.id(), first, first.plusDays(1));
        assertThat(days)
                .containsExactly(
                        new UsageLine(first, key, "nano", 2, 20, 10, 50),
                        new UsageLine(first.plusDays(1), key, "nano", 1, 1, 1, 4));
        assertThat(new UsageStore(database.jdbi()).days(ada.id(), first, first)).hasSize(1);
        assertThat(UsageStore.csv(days))
                .isEqualTo("day,key,model,requests,prompt_tokens,answer_tokens,micro_credits\r\n1970-01-01," + key
                        + ",nano,2,20,10,50\r\n1970-01-02," + key + ",nano,1,1,1,4\r\n");
    }

    /** Any order of beginnings, tokens, ends and deaths: the customer pays what was sent, or less by what was not yet noted. */
    @Test
    void anyOrder_paysNoMoreThanWasSent() {
        for (int seed = 0; seed < 50; seed++) {
            var random = new Random(seed);
            var open = new ArrayList<Running>();
            long before = balance(), most = 0, least = 0;
            for (int step = 0; step < 30; step++) {
                clock.advance(Duration.ofMillis(random.nextInt(200)));
                switch (random.nextInt(6)) {
                    case 0, 1 -> {
                        var asked = asked(random.nextInt(5), 1 + random.nextInt(10));
                        meter.begin(asked).ifPresent(request -> open.add(new Running(asked, request)));
                    }
                    case 2, 3 -> {
                        if (!open.isEmpty())
                            open.get(random.nextInt(open.size())).token();
                    }
                    case 4 -> {
                        if (!open.isEmpty()) {
                            var ended = open.remove(random.nextInt(open.size()));
                            most += ended.cost();
                            least += ended.cost();
                            ended.request.close();
                        }
                    }
                    default -> {
                        if (random.nextInt(5) != 0) continue;
                        for (Running one : open) most += one.cost();
                        open.clear();
                        meter = meter();
                        meter.sweep();
                        assertThat(reserved()).isZero();
                    }
                }
            }
            for (Running one : List.copyOf(open)) {
                most += one.cost();
                least += one.cost();
                one.request.close();
            }
            assertThat(before - balance()).as("seed %s", seed).isBetween(least, most);
            assertThat(reserved()).isZero();
            ledger.post(Postings.grant("again" + seed, ada.id(), BigInteger.valueOf(500), "a gift"));
        }
    }

    private static final class Running {
        final Asked asked;
        final OpenRequest request;
        int sent;

        Running(Asked asked, OpenRequest request) {
            this.asked = asked;
            this.request = request;
        }

        void token() {
            if (sent < asked.maxTokens()) request.sent(++sent);
        }

        long cost() {
            return sent == 0 ? 0 : PRICE.of(asked.promptTokens(), sent);
        }
    }

    @Test
    void price_roundsDown_andRefusesNegatives() {
        assertThat(new Price(1, 0).of(999_999, 0)).isZero();
        assertThat(new Price(1, 1).of(999_999, 1)).isEqualTo(1);
        assertThatThrownBy(() -> new Price(-1, 0)).hasMessageContaining(">= 0");
        assertThatThrownBy(() -> new Price(Long.MAX_VALUE, 0).of(2, 0)).isInstanceOf(ArithmeticException.class);
    }
}
