package org.decentralizedai.billing.meter;

import java.math.BigInteger;
import java.time.Clock;
import java.util.Random;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Postings;

/**
 * A process that serves requests until it is killed. Says what it has done: {@code ready}, {@code granted ID} when a grant is on the
 * disk, {@code sent ID TOKENS} before the meter hears of it.
 */
final class Victim {
    static final Price PRICE = new Price(1_000_000, 3_000_000);
    private static final int CLIENTS = 4;

    private Victim() {}

    /** @param arguments address of the database, customer, key, a seed that no other life has */
    public static void main(String[] arguments) {
        String customer = arguments[1], key = arguments[2], life = arguments[3];
        var database = TestDatabase.at(arguments[0]);
        Runnable sync = () -> database.sync();
        var ledger = new JdbcLedger(database.jdbi(), Clock.systemUTC());
        var meter = new Meter(ledger, database.jdbi(), Clock.systemUTC(), sync);
        meter.sweep();
        System.out.println("ready");
        for (int client = 0; client < CLIENTS; client++) {
            String name = life + "-" + client;
            var random = new Random(name.hashCode());
            Thread.ofPlatform().start(() -> {
                for (int i = 0; ; i++) {
                    var asked = new Asked(
                            name + "-" + i, customer, key, "nano", PRICE, random.nextInt(50), 1 + random.nextInt(100));
                    meter.begin(asked).ifPresent(request -> answer(request, asked, random));
                    if (random.nextInt(5) == 0) grant(ledger, asked.id(), customer, sync);
                }
            });
        }
    }

    private static void answer(OpenRequest request, Asked asked, Random random) {
        try (request) {
            int tokens = random.nextInt(asked.maxTokens() + 1);
            for (int token = 1; token <= tokens; token++) {
                System.out.println("sent " + asked.id() + " " + token);
                request.sent(token);
                if (random.nextInt(4) == 0) Thread.sleep(1);
            }
            if (random.nextInt(4) > 0) request.complete(tokens);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void grant(JdbcLedger ledger, String id, String customer, Runnable sync) {
        if (ledger.post(Postings.grant(id, customer, BigInteger.valueOf(500), "a gift")) != Outcome.POSTED) return;
        sync.run();
        System.out.println("granted " + id);
    }
}
