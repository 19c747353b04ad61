package org.decentralizedai.billing.meter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.key.CustomerStore;
import org.decentralizedai.billing.key.KeyStore;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Postings;
import org.junit.jupiter.api.Test;

/** A process with four clients is killed as {@code kill -9} does, again and again: 20 times with {@code -Dslow=true}, else 3 times. */
abstract class KilledMeterContract {
    private static final int MOST_HEARD = 600;
    private static final int LIVES = Boolean.getBoolean("slow") ? 20 : 3;

    /** What all lives have said. */
    private final Map<String, Integer> sent = new HashMap<>();

    private final List<String> granted = new ArrayList<>();

    abstract String url() throws Exception;

    @Test
    void killedAgainAndAgain_nobodyPaysMoreThanWasSent_andNothingIsLost() throws Exception {
        String url = url(), customer, key;
        var random = new Random(5);
        try (var database = TestDatabase.at(url)) {
            var clock = Clock.systemUTC();
            customer = new CustomerStore(database.jdbi(), clock, random)
                    .open("Ada")
                    .id();
            key = new KeyStore(database.jdbi(), clock, random)
                    .create(customer, KeyTerms.named("k"))
                    .stored()
                    .id();
            new JdbcLedger(database.jdbi(), clock)
                    .post(Postings.grant("first", customer, BigInteger.valueOf(100_000), "a gift"));
            database.sync();
        }
        for (int life = 0; life < LIVES; life++) {
            live(url, customer, key, life, random.nextInt(MOST_HEARD), random.nextInt(100));
            try (var database = TestDatabase.at(url)) {
                check(database, customer);
            }
        }
        assertThat(granted).isNotEmpty();
        assertThat(sent).hasSizeGreaterThan(LIVES);
    }

    /** Killed a moment after it has said so many things: as much is done on a slow machine as on a fast one. */
    private void live(String url, String customer, String key, int life, int words, int millis)
            throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        url,
                        customer,
                        key,
                        "life" + life)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); !"ready".equals(line); line = lines.readLine())
                if (line == null) throw new AssertionError("the victim ended by itself");
            int heard = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                hear(line.split(" "));
                if (heard++ == words) killIn(millis, process);
            }
        }
        process.waitFor();
    }

    private static void killIn(int millis, Process process) {
        Thread.ofPlatform().daemon().start(() -> kill(process, millis));
    }

    private static void kill(Process process, int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.toHandle().destroyForcibly(); // the process's own would close the stream that is being read
    }

    private void hear(String[] words) {
        if (words.length == 3 && words[0].equals("sent")) sent.merge(words[1], Integer.parseInt(words[2]), Math::max);
        if (words.length == 2 && words[0].equals("granted")) granted.add(words[1]);
    }

    private record Row(String id, int prompt, int tokens, long cost, String ending) {}

    private void check(TestDatabase database, String customer) {
        var ledger = new JdbcLedger(database.jdbi(), Clock.systemUTC());
        assertThat(ledger.recount())
                .as("accounts that are not what their entries say")
                .isZero();
        new Meter(ledger, database.jdbi(), Clock.systemUTC(), () -> {}).sweep();
        Books.check(database.jdbi());
        assertThat(ledger.amount(Account.reserved(customer))).isZero();
        var rows = database.jdbi()
                .withHandle(handle -> handle.createQuery(
                                "select id, prompt_tokens, sent_tokens, cost, ending from metered_request")
                        .map((row, _) -> new Row(
                                row.getString(1), row.getInt(2), row.getInt(3), row.getLong(4), row.getString(5)))
                        .list());
        long paid = 0;
        for (Row row : rows) {
            assertThat(row.tokens()).as("%s", row).isLessThanOrEqualTo(sent.getOrDefault(row.id(), 0));
            assertThat(row.cost())
                    .as("%s", row)
                    .isEqualTo(row.ending().equals("RELEASED") ? 0 : Victim.PRICE.of(row.prompt(), row.tokens()));
            paid += row.cost();
        }
        var grants = ledger.amount(Account.grants()).negate();
        assertThat(ledger.amount(Account.balance(customer))).isEqualTo(grants.subtract(BigInteger.valueOf(paid)));
        List<String> booked = database.jdbi()
                .withHandle(
                        handle -> handle.createQuery("select substring(id from 7) from posting where kind = 'GRANT'")
                                .mapTo(String.class)
                                .list());
        assertThat(booked).containsAll(granted);
    }
}
