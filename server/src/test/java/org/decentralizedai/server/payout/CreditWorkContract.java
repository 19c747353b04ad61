package org.decentralizedai.server.payout;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.decentralizedai.billing.ethereum.Wallet;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.payout.PayoutAddress;
import org.decentralizedai.billing.payout.PayoutAddresses;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.credit.CreditBindings;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.credit.CreditRule;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.train.Promotions.Promoted;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose work counts, whatever database is behind it. A task of 10 tokens earns 10 micro-credits here, and two are held. */
abstract class CreditWorkContract {
    private static final String ONE = "0x" + "1".repeat(40), TWO = "0x" + "2".repeat(40), THREE = "0x" + "3".repeat(40);

    private final MutableClock clock = new MutableClock();
    private Database database;
    private CreditLedger credits;

    /** An empty database. */
    abstract Database open() throws Exception;

    @BeforeEach
    void prepare() throws Exception {
        database = open();
        credits = new CreditLedger(database, clock, new CreditRule(432_000), 2);
        for (int round = 0; round < 4; round++) round(round);
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Opened now. */
    private void round(int number) {
        database.jdbi().useHandle(handle -> handle.execute("""
                insert into training_round (number, manifest, checkpoint, checkpoint_bytes, tokens, updates, opened_at, thinned)
                values (?, 'm', 'c', 0, 0, 0, ?, false)""", number, clock.millis()));
        clock.advance(Duration.ofSeconds(1));
    }

    /** A task that counts in that round, and its grant. */
    private void task(long id, int round, String key) {
        database.jdbi().useHandle(handle -> handle.execute("""
                insert into task (id, round, task_index, state, fence, deadline, last_deadline, counts_in)
                values (?, ?, ?, 'DONE', 1, 0, 0, ?)""", id, round, id, round));
        credits.grant(id, key, 10);
        clock.advance(Duration.ofSeconds(1));
    }

    private Map<String, BigInteger> trained(int servedRound) {
        var checkpoint = new Checkpoint(Digests.of(new byte[] {1}), Digests.of(new byte[] {2}), List.of(), 1);
        var work = new CreditWork(() -> Optional.of(new Promoted(servedRound, checkpoint, TestRun.MODEL, 1, 0, 0)));
        return database.jdbi().withHandle(handle -> work.weights(handle).trained());
    }

    private static BigInteger wei(long amount) {
        return BigInteger.valueOf(amount);
    }

    @Test
    void releasedCredit_ofRoundsBeforeTheServedOne() {
        for (int i = 0; i < 5; i++) task(i, 3, "a"); // three are released
        round(4);
        for (int i = 5; i < 7; i++) task(i, 4, "a"); // and two more
        task(7, 4, "b"); // all held
        round(5);
        assertThat(trained(5)).isEqualTo(Map.of("a", wei(50)));
        assertThat(trained(4)).isEqualTo(Map.of("a", wei(50))); // released later, but done before
        assertThat(trained(3)).isEmpty();
        for (int i = 8; i < 10; i++) task(i, 5, "b");
        round(6);
        assertThat(trained(5)).isEqualTo(Map.of("a", wei(50), "b", wei(10)));
        assertThat(trained(4)).isEqualTo(Map.of("a", wei(50)));
    }

    @Test
    void forfeitedCredit_neverCounts() {
        for (int i = 0; i < 5; i++) task(i, 3, "a");
        credits.forfeit("a");
        round(4);
        assertThat(trained(4)).isEqualTo(Map.of("a", wei(30)));
    }

    @Test
    void rowsOfOldTasksAreGone_theirCreditStays() {
        for (int i = 0; i < 5; i++) task(i, 3, "a");
        round(4);
        for (int i = 5; i < 9; i++) task(i, 4, "a");
        database.jdbi().useHandle(handle -> handle.execute("delete from task"));
        assertThat(trained(4)).isEqualTo(Map.of("a", wei(50)));
    }

    @Test
    void nothingServes_nobodyHasAWeight() {
        for (int i = 0; i < 5; i++) task(i, 3, "a");
        var work = new CreditWork(Optional::empty);
        var weights = database.jdbi().withHandle(work::weights);
        assertThat(weights.served()).isNull();
        assertThat(weights.trained()).isEmpty();
    }

    /** What is published of somebody he has said himself: a wallet that he signed in with is none of it. */
    @Test
    void addresses_theNamedOnesOnly() {
        for (int i = 0; i < 3; i++) task(i, 3, List.of("a", "b", "c").get(i));
        String ada = new CustomerStore(database.jdbi(), clock, new Random(1))
                .open("Ada")
                .id();
        new WalletStore(database.jdbi(), clock).bind(new Wallet(ONE, Wallet.ANY), ada);
        var bindings = new CreditBindings(database, clock);
        bindings.bind("a", ada);
        bindings.bind("b", ada);
        var named = new PayoutAddresses(database.jdbi(), clock);
        named.name("b", new PayoutAddress(THREE));
        named.name("c", new PayoutAddress(ONE));
        named.name("c", new PayoutAddress(TWO));
        var work = new CreditWork(Optional::empty);
        assertThat(database.jdbi().withHandle(work::addresses)).isEqualTo(Map.of("b", THREE, "c", TWO));
    }
}
