package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Epochs that are closed on a database; what H2 and PostgreSQL must both do. */
abstract class ClosingContract {
    private static final long READ = 70; // the last block
    private static final String POOL = "0x" + "9".repeat(40);
    static final PayoutAddress ANN = new PayoutAddress("0x" + "a".repeat(40));
    static final PayoutAddress BOB = new PayoutAddress("0x" + "b".repeat(40));

    private final MutableClock clock = new MutableClock();
    private final Map<String, BigInteger> trained = new TreeMap<>();
    private TestDatabase database;
    private JdbcLedger ledger;
    private EpochStore epochs;
    private PayoutAddresses addresses;
    private int events;

    abstract TestDatabase open() throws Exception;

    @BeforeEach
    void openBooks() throws Exception {
        database = open();
        ledger = new JdbcLedger(database.jdbi(), clock);
        epochs = new EpochStore(database.jdbi());
        addresses = new PayoutAddresses(database.jdbi(), clock);
        database.jdbi().useHandle(handle -> handle.execute("insert into pool_watch values (1, 1, ?, 1, 71)", POOL));
    }

    @AfterEach
    void closeBooks() {
        database.close();
    }

    private final WorkDone work = new WorkDone() {
        @Override
        public Weights weights(Handle transaction) {
            return new Weights(new EpochInputs.Served(7, "c".repeat(64)), new TreeMap<>(trained), new TreeMap<>());
        }

        @Override
        public Map<String, String> addresses(Handle transaction) {
            var named = new TreeMap<String, String>();
            for (String key : List.of("ann", "bob", "carl"))
                PayoutAddresses.of(transaction, key).ifPresent(address -> named.put(key, address.text()));
            return named;
        }
    };

    private EpochClosing closing(Consumer<String> points) {
        return new EpochClosing(ledger, new EpochClosing.Terms(1, POOL, 10, "https://ai.example"), work, clock, points);
    }

    private Optional<EpochData> close() {
        return closing(_ -> {}).close(READ);
    }

    private void spend(long wei) {
        var amount = BigInteger.valueOf(wei);
        String event = "event-" + events++;
        assertThat(ledger.post(new Posting(
                        event,
                        Posting.Kind.INCOME,
                        null,
                        "a test's",
                        List.of(new Entry(Account.chain(), amount.negate()), new Entry(Account.income(), amount)))))
                .isEqualTo(Outcome.POSTED);
    }

    private void weigh(String key, long microCredits) {
        trained.put(key, BigInteger.valueOf(microCredits));
    }

    private long amount(Account account) {
        return ledger.amount(account).longValueExact();
    }

    @Test
    void shares_goToAddresses_andWaitWithoutOne() {
        spend(1000);
        spend(1);
        weigh("ann", 3);
        weigh("bob", 1);
        addresses.name("ann", ANN);
        var data = close().orElseThrow();
        assertThat(data.given().spent())
                .extracting(EpochInputs.Spending::posting)
                .containsExactly("event-0", "event-1");
        assertThat(amount(Account.income())).isZero();
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(751);
        assertThat(amount(Account.provider("ann"))).isZero();
        assertThat(amount(Account.provider("bob"))).isEqualTo(250);
        var epoch = epochs.newest().orElseThrow();
        assertThat(epoch.state()).isEqualTo(State.CLOSED);
        assertThat(epoch.total()).isEqualTo(751);
        assertThat(data.given().read()).isEqualTo(new EpochInputs.Read(0, 70, BigInteger.ZERO, BigInteger.ZERO));
        byte[] published = epochs.data(1).orElseThrow();
        assertThat(EpochData.read(published)).isEqualTo(data);
        assertThat(epoch.dataHash()).isEqualTo(EpochData.hash(published));
        assertThat(epoch.dataUri()).isEqualTo("https://ai.example/epochs/1.json#sha256=" + epoch.dataHash());
    }

    @Test
    void nextEpoch_waitsUntilTheLastOneIsFinal_thenGoesOnFromIt() {
        spend(100);
        weigh("ann", 1);
        addresses.name("ann", ANN);
        assertThat(close()).isPresent();
        spend(50);
        assertThat(close()).isEmpty();
        epochs.proposed(1, "0xp");
        assertThat(close()).isEmpty();
        epochs.finalised(1);
        addresses.name("ann", BOB); // what comes from now on
        var data = close().orElseThrow();
        assertThat(data.given().previous())
                .isEqualTo(epochs.find(1).orElseThrow().dataHash());
        assertThat(data.computed().revenue()).isEqualTo(50);
        assertThat(data.computed().leaves())
                .isEqualTo(Map.of(ANN.text(), BigInteger.valueOf(100), BOB.text(), BigInteger.valueOf(50)));
        assertThat(epochs.find(1).orElseThrow().proposedIn()).isEqualTo("0xp");
    }

    @Test
    void readElsewhereMeanwhile_nothingIsClosed() {
        spend(100);
        weigh("ann", 1);
        assertThat(closing(_ -> {}).close(READ - 1)).isEmpty();
        assertThat(closing(_ -> {}).close(READ + 1)).isEmpty();
        assertThat(amount(Account.income())).isEqualTo(100);
        assertThat(close()).isPresent();
    }

    /** As when an operator lets the server read again what a node had left out. */
    @Test
    void readAgainFromEarlierOn_noEpochUntilItIsWhereTheLastOneCameTo() {
        spend(100);
        weigh("ann", 1);
        addresses.name("ann", ANN);
        assertThat(close()).isPresent();
        epochs.finalised(1);
        spend(50);
        readTo(READ - 10);
        assertThatThrownBy(() -> closing(_ -> {}).close(READ - 10))
                .isInstanceOf(Contradiction.class)
                .hasMessageStartingWith("the chain is read to block 60 only, and the last epoch came to block 70");
        assertThat(amount(Account.income())).isEqualTo(50);
        readTo(READ + 10);
        var read = closing(_ -> {}).close(READ + 10).orElseThrow().given().read();
        assertThat(read).isEqualTo(new EpochInputs.Read(READ, READ + 10, BigInteger.ZERO, BigInteger.ZERO));
    }

    private void readTo(long block) {
        database.jdbi().useHandle(handle -> handle.execute("update pool_watch set next_block = ?", block + 1));
    }

    @Test
    void addressNamedLater_getsAllThatWaited() {
        spend(100);
        weigh("carl", 1);
        assertThat(close().orElseThrow().computed().leaves()).isEmpty();
        epochs.finalised(1);
        assertThat(close()).isEmpty(); // nothing for anybody
        addresses.name("carl", ANN);
        assertThat(close().orElseThrow().computed().total()).isEqualTo(100);
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(100);
    }

    @Test
    void nobodyHasWorked_theIncomeWaits() {
        spend(100);
        assertThat(close()).isEmpty();
        spend(5);
        weigh("ann", 1);
        assertThat(close().orElseThrow().computed().revenue()).isEqualTo(105);
    }

    @ParameterizedTest
    @ValueSource(strings = {"computed", "shared", "assigned", "written", "committed"})
    void crash_leavesTheEpochOpenOrClosed(String point) {
        spend(1000);
        weigh("ann", 2);
        weigh("bob", 1);
        addresses.name("ann", ANN);
        assertThatThrownBy(() -> closing(reached -> {
                            if (reached.equals(point)) throw new IllegalStateException("killed at " + reached);
                        })
                        .close(READ))
                .hasMessage("killed at " + point);
        boolean closed = point.equals("committed");
        assertThat(epochs.newest().isPresent()).isEqualTo(closed);
        assertThat(amount(Account.income())).isEqualTo(closed ? 0 : 1000);
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(closed ? 667 : 0);
        assertThat(amount(Account.provider("bob"))).isEqualTo(closed ? 333 : 0);
        assertThat(close().isPresent()).isEqualTo(!closed);
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(667);
    }

    @Test
    void manyClosers_andCustomersThatSpendMeanwhile_everyWeiIsCountedOnce() throws Exception {
        weigh("ann", 1);
        addresses.name("ann", ANN);
        var closing = closing(_ -> {});
        try (var threads = Executors.newFixedThreadPool(6)) {
            var all = new ArrayList<Callable<Void>>();
            for (int i = 0; i < 2; i++)
                all.add(() -> {
                    for (int n = 0; n < 40; n++) synchronizedSpend(7);
                    return null;
                });
            for (int i = 0; i < 3; i++)
                all.add(() -> {
                    var another = closing(_ -> {}); // as of another server: nothing in memory keeps them apart
                    for (int n = 0; n < 20; n++)
                        another.close(READ)
                                .ifPresent(data -> epochs.finalised(data.given().epoch()));
                    return null;
                });
            for (var each : threads.invokeAll(all)) each.get();
        }
        closing.close(READ);
        long published = 0;
        for (var epoch : epochs.newest(1000))
            published += EpochData.read(epochs.data(epoch.number()).orElseThrow())
                    .given()
                    .spent()
                    .size();
        assertThat(published).isEqualTo(80);
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(560);
        assertThat(epochs.newest().orElseThrow().total()).isEqualTo(560);
    }

    /** All of it in one transaction, for which others wait on H2. */
    @Test
    @Timeout(60)
    void aThousandKeys_areClosedInSeconds() {
        spend(1_000_000_007);
        for (int i = 0; i < 1000; i++) weigh("key" + i, i + 1);
        addresses.name("ann", ANN);
        weigh("ann", 500_500);
        assertThat(close()).isPresent();
        assertThat(amount(Account.payable(ANN.text()))).isEqualTo(500_000_004);
    }

    private synchronized void synchronizedSpend(long wei) {
        spend(wei);
    }

    @Test
    void signatures_oneForEachSigner_inTheOrderOfTheirAddresses() {
        var signatures = new Signatures(database.jdbi());
        byte[] digest = new byte[32];
        signatures.add(digest, BOB.text(), "0x02");
        signatures.add(digest, ANN.text(), "0x01");
        signatures.add(digest, ANN.text(), "0x03");
        signatures.add(new byte[] {1}, ANN.text(), "0x04");
        assertThat(signatures.of(digest)).containsExactly(Map.entry(ANN.text(), "0x01"), Map.entry(BOB.text(), "0x02"));
    }

    @Test
    void openSince_theFirstIncome_thenTheLastClosing() {
        assertThat(epochs.openSince()).isEmpty();
        spend(1);
        assertThat(epochs.openSince()).hasValue(clock.millis());
        weigh("ann", 1);
        clock.advance(Duration.ofHours(1));
        close();
        assertThat(epochs.openSince()).hasValue(clock.millis());
    }

    @Test
    void postings_areKeptAsTheyWere() {
        var spendings = new SpendingStore(database.jdbi(), clock);
        var postings = List.of(new PoolMessages.Spent(ANN.text(), "0x" + "1".repeat(64), BigInteger.TEN));
        assertThat(spendings.prepare(1, postings).postings()).isEqualTo(postings);
        assertThat(spendings.prepare(1, List.of()).postings()).isEqualTo(postings); // the first ones were published
        spendings.proposed(1, "0xp");
        var kept = spendings.find(1).orElseThrow();
        assertThat(kept.postings()).isEqualTo(postings);
        assertThat(kept.hash()).isEqualTo(PoolMessages.hash(postings));
        assertThat(kept.proposedIn()).isEqualTo("0xp");
        assertThat(kept.appliedIn()).isNull();
    }
}
