package org.decentralizedai.billing.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.key.KeyStore;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.ledger.Statements;
import org.decentralizedai.billing.ledger.Turnover;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements and invoices show what was booked, on every database. */
abstract class BooksShownContract {
    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private JdbcLedger ledger;
    private Meter meter;
    private String ada, bob, key;

    abstract TestDatabase open() throws Exception;

    @BeforeEach
    void openBooks() throws Exception {
        database = open();
        clock.advance(Duration.between(clock.instant(), Instant.parse("2026-10-20T00:00:00Z")));
        ledger = new JdbcLedger(database.jdbi(), clock);
        meter = new Meter(ledger, database.jdbi(), clock, () -> {});
        var customers = new CustomerStore(database.jdbi(), clock, new Random(1));
        ada = customers.open("Ada").id();
        bob = customers.open("Bob").id();
        key = new KeyStore(database.jdbi(), clock, new Random(2))
                .create(ada, KeyTerms.named("laptop"))
                .stored()
                .id();
        for (String customer : List.of(ada, bob))
            ledger.post(Postings.grant("of-" + customer, customer, BigInteger.valueOf(1_000_000), "a gift"));
    }

    @AfterEach
    void closeBooks() {
        database.close();
    }

    private void use(String id, long outputPrice, int tokens, int sent) {
        var asked = new Asked(id, ada, key, "nano", new Price(1_000_000, outputPrice), tokens, tokens);
        try (var open = meter.begin(asked).orElseThrow()) {
            open.complete(sent);
        }
    }

    @Test
    void pages_ofEachAccount_holdEveryEntryOnce_andLeadToItsAmount() {
        for (int day = 0; day < 20; day++) {
            use("req" + day, 3_000_000, 10 + day, day % 2 == 0 ? 10 + day : 3); // every other one gives nothing back
            clock.advance(Duration.ofDays(1));
        }
        ledger.rollUp();
        var statements = new Statements(database.jdbi());
        var sheets = statements.sheets(ada);
        assertThat(sheets).extracting(Statements.Sheet::kind).startsWith("balance", "reserved", "spent");
        assertThat(sheets.stream()
                        .map(Statements.Sheet::epoch)
                        .filter(epoch -> epoch != null)
                        .map(epoch -> -epoch.number()))
                .hasSizeGreaterThan(2)
                .isSorted();
        long entries = 0;
        for (var sheet : sheets) {
            var all = pages(statements, sheet);
            assertThat(all).hasSize((int) sheet.bookings());
            var sum = all.stream().map(Statements.Line::amount).reduce(BigInteger.ZERO, BigInteger::add);
            assertThat(sum).isEqualTo(sheet.amount());
            assertThat(all.getFirst().after()).isEqualTo(sheet.amount());
            entries += all.size();
        }
        assertThat(ledger.statement(ada, Long.MAX_VALUE, 1000)).hasSize((int) entries);
    }

    private static List<Statements.Line> pages(Statements statements, Statements.Sheet sheet) {
        var all = new ArrayList<Statements.Line>();
        for (long before = Long.MAX_VALUE; ; before = all.getLast().number()) {
            var page = statements.lines(sheet, before, 4);
            if (page.isEmpty()) return all;
            assertThat(page).hasSizeLessThanOrEqualTo(4);
            all.addAll(page);
        }
    }

    @Test
    void sheet_ofAnotherCustomer_isNotThere() {
        var statements = new Statements(database.jdbi());
        assertThat(statements.sheet(ada, Account.balance(ada).id())).isPresent();
        assertThat(statements.sheet(ada, Account.balance(bob).id())).isEmpty();
    }

    @Test
    void invoice_groupsByPrice_andHasItsMonthOnly() {
        use("october", 3_000_000, 10, 10);
        clock.advance(Duration.ofDays(12)); // the first of November
        use("first", 3_000_000, 10, 10);
        use("second", 3_000_000, 10, 0);
        use("dearer", 5_000_000, 10, 10);
        var invoices = new InvoiceStore(database.jdbi());
        assertThat(invoices.of(ada, YearMonth.of(2026, 11)).lines())
                .containsExactly(
                        new Invoice.Line("nano", key, new Price(1_000_000, 3_000_000), 2, 20, 10, 50),
                        new Invoice.Line("nano", key, new Price(1_000_000, 5_000_000), 1, 10, 10, 60));
        assertThat(invoices.of(ada, YearMonth.of(2026, 10)).lines()).hasSize(1);
        assertThat(invoices.of(ada, YearMonth.of(2026, 9)).lines()).isEmpty();
        assertThat(invoices.of(bob, YearMonth.of(2026, 11)).lines()).isEmpty();
    }

    @Test
    void turnover_countsWhatWasPaidInASpan_rollUpsApart() {
        long before = clock.millis();
        use("first", 3_000_000, 10, 10); // 10 + 30
        clock.advance(Duration.ofDays(1));
        long between = clock.millis();
        use("second", 3_000_000, 20, 20); // 20 + 60
        clock.advance(Duration.ofDays(30));
        ledger.rollUp();
        var turnover = new Turnover(database.jdbi());
        assertThat(turnover.between(before, between)).isEqualTo(Map.of(Posting.Kind.SETTLE, BigInteger.valueOf(40)));
        assertThat(turnover.between(before, Long.MAX_VALUE))
                .isEqualTo(Map.of(Posting.Kind.SETTLE, BigInteger.valueOf(120)));
        assertThat(turnover.between(clock.millis(), Long.MAX_VALUE)).isEmpty();
    }
}
