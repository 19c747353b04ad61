package org.decentralizedai.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.options.Cookie;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.meter.Asked;
import org.decentralizedai.billing.meter.Meter;
import org.decentralizedai.billing.meter.Price;
import org.decentralizedai.server.Server;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.Promotion;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.checkpoint.CheckpointStore;

/**
 * A real server whose model answers from random weights, with one customer who has used it for three weeks. Both were put into the
 * data folder while it was closed.
 */
final class ConsoleServer implements AutoCloseable {
    static final int DAYS = 21;
    static final long GRANTED = 50_000_000;
    private static final List<String> KEYS = List.of("laptop", "phone", "nightly job");

    final Server server;
    /** The customer. */
    final String regular;

    ConsoleServer(Path folder) {
        var settings = SiteIT.settings(folder, corpus(folder));
        try (var fresh = new Server(settings)) {
            promote(fresh, folder.resolve("data/store"));
        }
        try (var database = Database.embedded(folder.resolve("data/database"))) {
            regular = usedForWeeks(database);
        }
        server = new Server(settings);
    }

    private static Path corpus(Path folder) {
        try {
            return Files.write(
                    folder.resolve("corpus.txt"),
                    IntStream.range(0, 5000)
                            .mapToObj(day -> "Day " + day + ". The sea was calm, and the men sang.\n")
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As if a checkpoint with random weights had passed every gate. */
    private static void promote(Server server, Path store) {
        var model = server.training().model();
        var checkpoint = new CheckpointStore(new FolderBlobStore(store))
                .write(model, ChatFixture.randomWeights(model), Map.of());
        server.training()
                .events()
                .promotion(new Promotion(
                        0,
                        checkpoint.manifest(),
                        checkpoint.hash(),
                        8,
                        0.1,
                        true,
                        "for a test",
                        System.currentTimeMillis()));
    }

    private static String usedForWeeks(Database database) {
        try (var billing = new Billing(database.jdbi(), Clock.systemUTC(), database::sync)) {
            String customer = billing.customers().open("Ada").id();
            billing.grant("month", customer, BigInteger.valueOf(GRANTED), "first month");
            var keys = KEYS.stream()
                    .map(name -> billing.keys()
                            .create(customer, KeyTerms.named(name))
                            .stored()
                            .id())
                    .toList();
            for (int day = 0; day < DAYS; day++) use(database, customer, keys, day);
            database.sync();
            return customer;
        }
    }

    /** A request or more with each key. */
    private static void use(Database database, String customer, List<String> keys, int day) {
        var clock = Clock.offset(Clock.systemUTC(), Duration.ofDays(day - DAYS + 1));
        var meter = new Meter(new JdbcLedger(database.jdbi(), clock), database.jdbi(), clock, () -> {});
        for (int key = 0; key < keys.size(); key++)
            for (int request = 0; request <= (day + key) % 3; request++) {
                int tokens = 20_000 * (1 + (day * 7 + key * 5) % 9);
                String model = key == 2 ? "tiny" : "nano";
                var asked = new Asked(
                        "req_" + day + "_" + key + "_" + request,
                        customer,
                        keys.get(key),
                        model,
                        new Price(1_000_000, 3_000_000),
                        tokens,
                        tokens);
                try (var open = meter.begin(asked).orElseThrow()) {
                    open.complete(tokens / 2);
                }
            }
    }

    String open(String name) {
        return server.billing().customers().open(name).id();
    }

    void signIn(BrowserContext context, String account) {
        String token = server.sessions().open(account).reveal();
        context.addCookies(List.of(new Cookie("session", token).setUrl(server.url())));
    }

    @Override
    public void close() {
        server.close();
    }
}
