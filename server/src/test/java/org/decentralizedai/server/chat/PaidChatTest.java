package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.ApiKey;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.NewKey;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.ledger.StatementLine;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.Price;
import org.decentralizedai.billing.meter.UsageLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Whoever has a key pays for what was sent, on every way out. A token costs 1 micro-credit in a prompt and 3 in an answer. */
class PaidChatTest {
    private static final String TEXT = "/v1/completions";
    private static final int ENDLESS = 10_000_000;
    private static final BillingSettings TERMS = new BillingSettings(
            Map.of("tiny-test", new Price(1_000_000, 3_000_000)),
            new Price(9_000_000, 9_000_000),
            new Rate(10_000, 1_000_000_000),
            new Rate(2, 1000));

    @TempDir
    Path folder;

    private ChatServer server;
    private String customer;
    private NewKey key;

    @BeforeEach
    void start() {
        var settings = new ChatSettings(1, 200, 1000, ENDLESS, 50, 3600, 1 << 20);
        server = new ChatServer(TinyCheckpoint.write(folder, 1), settings, TERMS);
        customer = server.billing.customers().open("Ada").id();
        key = server.billing.keys().create(customer, KeyTerms.named("test"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void grant(long microCredits) {
        server.billing.grant("g" + microCredits, customer, BigInteger.valueOf(microCredits), "a gift");
    }

    private long balance() {
        return server.billing.balance(customer).longValueExact();
    }

    private long reserved() {
        return server.billing.ledger().amount(Account.reserved(customer)).longValueExact();
    }

    private void awaitSettled() {
        await().atMost(Duration.ofSeconds(20)).until(() -> server.routes.occupied() == 0 && reserved() == 0);
    }

    private HttpResponse<String> ask(String options) throws Exception {
        return server.post(TEXT, body(options), key.text().reveal());
    }

    private static String body(String options) {
        return "{\"model\": \"tiny-test\", \"prompt\": \"abc\", \"temperature\": 0, " + options + "}";
    }

    private String code(HttpResponse<String> answer) {
        return server.parsed(answer).at("/error/code").stringValue();
    }

    @Test
    void whole_costsPromptAndAnswer() throws Exception {
        grant(1000);
        assertThat(ask("\"max_tokens\": 20").statusCode()).isEqualTo(200);
        awaitSettled();
        assertThat(balance()).isEqualTo(1000 - 3 - 60);
    }

    @Test
    void notAloneOnTheDatabase_nothingIsBegun() throws Exception {
        grant(1000);
        server.alone = false;
        assertThat(ask("\"max_tokens\": 20").statusCode()).isEqualTo(503);
        assertThat(reserved()).isZero();
        server.alone = true;
        assertThat(ask("\"max_tokens\": 20").statusCode()).isEqualTo(200);
    }

    @Test
    void choices_costOnePromptAndAllAnswers() throws Exception {
        grant(1000);
        assertThat(ask("\"max_tokens\": 20, \"n\": 3").statusCode()).isEqualTo(200);
        awaitSettled();
        assertThat(balance()).isEqualTo(1000 - 3 - 3 * 60);
    }

    @Test
    void stopText_costsWhatUsageSays() throws Exception {
        grant(1000);
        String whole = server.parsed(server.post(TEXT, body("\"max_tokens\": 40")))
                .at("/choices/0/text")
                .stringValue();
        String stop = whole.substring(8, 10).replace("\\", "\\\\").replace("\"", "\\\"");
        var answer = ask("\"max_tokens\": 40, \"stop\": \"" + stop + "\"");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        int tokens = server.parsed(answer).at("/usage/completion_tokens").intValue();
        assertThat(tokens).isLessThan(40);
        awaitSettled();
        assertThat(balance()).isEqualTo(1000 - 3 - 3 * tokens);
    }

    @Test
    void callerLeavesTheStream_paysWhatWasSent() throws Exception {
        grant(50_000_000);
        int read = 0;
        try (var stream = server.open(
                        TEXT,
                        body("\"stream\": true, \"max_tokens\": " + ENDLESS),
                        key.text().reveal());
                var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            assertThat(reserved()).isEqualTo(3 + 3L * ENDLESS);
            while (read < 10) if (lines.readLine().contains("\"text\"")) read++;
        }
        awaitSettled();
        long paid = 50_000_000 - balance();
        assertThat(paid).isGreaterThan(3 + 3 * 5).isLessThan(3 + 3L * ENDLESS / 10);
        assertThat((paid - 3) % 3).isZero();
        var usage = server.billing
                .usage()
                .days(customer, LocalDate.EPOCH, LocalDate.now().plusDays(1));
        assertThat(usage).singleElement().satisfies(line -> {
            assertThat(line.microCredits()).isEqualTo(paid);
            assertThat(3 + 3 * line.answerTokens()).isEqualTo(paid);
        });
    }

    @Test
    void callerLeavesAWholeAnswer_whichWasNotSent_paysNothing() throws Exception {
        grant(50_000_000);
        try (var body =
                server.open(TEXT, body("\"max_tokens\": " + ENDLESS), key.text().reveal())) {
            assertThat(body.read()).isEqualTo(' ');
        }
        awaitSettled();
        assertThat(balance()).isEqualTo(50_000_000);
    }

    @Test
    void callerGoneWhenTheWholeAnswerGoesOut_paysNothing() throws Exception {
        grant(1000);
        var served = Objects.requireNonNull(server.promoted);
        var asked = new CountDownLatch(1);
        var left = new CountDownLatch(1);
        server.promoted =
                new ServedCheckpoint(served.model(), served.hash(), 1, served.promotedAt(), served.config(), () -> {
                    asked.countDown();
                    try {
                        left.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return served.weights().get();
                });
        String body = body("\"max_tokens\": 20");
        try (var socket = server.connect()) {
            socket.setSoLinger(true, 0); // closing it resets the connection
            String head = "POST " + TEXT + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + key.text().reveal() + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
            asked.await();
        }
        left.countDown();
        awaitSettled();
        assertThat(balance()).isEqualTo(1000);
    }

    @Test
    void databaseAway_takesNothingFromTheLimits() throws Exception {
        grant(1000);
        var slow =
                server.billing.keys().create(customer, new KeyTerms("slow", Set.of(Scope.INFERENCE), null, null, 40L));
        rename("metered_request", "away");
        assertThat(server.post(TEXT, body("\"max_tokens\": 20"), slow.text().reveal())
                        .statusCode())
                .isEqualTo(500);
        rename("away", "metered_request");
        assertThat(server.post(TEXT, body("\"max_tokens\": 20"), slow.text().reveal())
                        .statusCode())
                .isEqualTo(200);
    }

    private void rename(String table, String name) {
        server.database.jdbi().useHandle(handle -> handle.execute("alter table " + table + " rename to " + name));
    }

    @Test
    void modelGone_costsNothing() throws Exception {
        grant(1000);
        var served = Objects.requireNonNull(server.promoted);
        server.promoted =
                new ServedCheckpoint(served.model(), served.hash(), 1, served.promotedAt(), served.config(), () -> {
                    throw new IllegalStateException("the weights are gone");
                });
        assertThat(ask("\"max_tokens\": 20").statusCode()).isEqualTo(503);
        awaitSettled();
        assertThat(balance()).isEqualTo(1000);
    }

    @Test
    void modelGone_beforeTheStreamsFirstByte_isAStatus() throws Exception {
        grant(1000);
        var served = Objects.requireNonNull(server.promoted);
        server.promoted =
                new ServedCheckpoint(served.model(), served.hash(), 1, served.promotedAt(), served.config(), () -> {
                    throw new UnsupportedOperationException("nobody expects this one");
                });
        var answer = ask("\"max_tokens\": 20, \"stream\": true");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(code(answer)).isEqualTo("internal_error");
        server.promoted =
                new ServedCheckpoint(served.model(), served.hash(), 1, served.promotedAt(), served.config(), () -> {
                    throw new IllegalStateException("the weights are gone");
                });
        answer = ask("\"max_tokens\": 20, \"stream\": true");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("application/json");
        assertThat(answer.headers().firstValue("retry-after")).contains("15");
        assertThat(code(answer)).isEqualTo("model_not_ready");
        awaitSettled();
        assertThat(balance()).isEqualTo(1000);
    }

    @Test
    void badKeys_are401() throws Exception {
        var revoked = server.billing.keys().create(customer, KeyTerms.named("revoked"));
        server.billing.keys().revoke(revoked.stored().id());
        String unknown = ApiKey.generate(new Random(1)).reveal();
        for (String text : List.of("unused", "", unknown, revoked.text().reveal())) {
            var answer = server.post(TEXT, body("\"max_tokens\": 1"), text);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(code(answer)).isEqualTo("invalid_api_key");
            assertThat(answer.headers().firstValue("x-request-id")).isPresent();
        }
    }

    @Test
    void keyOfAnotherScope_is403() throws Exception {
        grant(1000);
        var reading =
                server.billing.keys().create(customer, new KeyTerms("reads", Set.of(Scope.USAGE), null, null, null));
        var answer = server.post(TEXT, body("\"max_tokens\": 1"), reading.text().reveal());
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(code(answer)).isEqualTo("insufficient_permissions");
    }

    @Test
    void emptyBalance_is402_withoutAReasonToTryAgain() throws Exception {
        grant(62);
        var answer = ask("\"max_tokens\": 20");
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(code(answer)).isEqualTo("insufficient_quota");
        assertThat(answer.headers().firstValue("retry-after")).isEmpty();
        assertThat(ask("\"max_tokens\": 19").statusCode()).isEqualTo(200);
    }

    @Test
    void whoMustSignFirst_is402_andToldSo() throws Exception {
        grant(1000);
        server.billing.ledger().add((_, posting) -> {
            if (posting.kind() == Posting.Kind.RESERVE) throw new RefusedException(Outcome.UNSIGNED, posting.id());
        });
        var answer = ask("\"max_tokens\": 20");
        assertThat(answer.statusCode()).isEqualTo(402);
        assertThat(code(answer)).isEqualTo("insufficient_quota");
        assertThat(server.parsed(answer).at("/error/message").stringValue()).isEqualTo(Billing.UNSIGNED);
        assertThat(balance()).isEqualTo(1000);
    }

    @Test
    void keysLimit_is429_withTheSecondsToWait() throws Exception {
        grant(100_000);
        var slow =
                server.billing.keys().create(customer, new KeyTerms("slow", Set.of(Scope.INFERENCE), null, 2L, null));
        server.post(TEXT, body("\"max_tokens\": 1"), slow.text().reveal());
        var answer = server.post(TEXT, body("\"max_tokens\": 1"), slow.text().reveal());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-ratelimit-limit-requests")).contains("2");
        assertThat(answer.headers().firstValue("x-ratelimit-remaining-requests"))
                .contains("0");
        assertThat(answer.headers().firstValue("x-ratelimit-limit-tokens")).contains("1000000000");
        var refused = server.post(TEXT, body("\"max_tokens\": 1"), slow.text().reveal());
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(code(refused)).isEqualTo("rate_limit_exceeded");
        assertThat(refused.headers().firstValueAsLong("retry-after").orElseThrow())
                .isBetween(1L, 30L);
        assertThat(ask("\"max_tokens\": 1").statusCode())
                .as("another key of the account")
                .isEqualTo(200);
    }

    @Test
    void models_sayWhatTheyCost() throws Exception {
        var model = server.parsed(server.get("/v1/models/tiny-test"));
        assertThat(model.at("/pricing/input_per_million_tokens").longValue()).isEqualTo(1_000_000);
        assertThat(model.at("/pricing/output_per_million_tokens").longValue()).isEqualTo(3_000_000);
    }

    @Test
    void visitors_payNothing() throws Exception {
        assertThat(server.post(TEXT, body("\"max_tokens\": 5")).statusCode()).isEqualTo(200);
        assertThat(server.billing.ledger().amount(Account.grants())).isZero();
    }

    @Test
    void sixtyFourClients_moneyForAHundredAnswers_exactlyAHundredAreGiven() throws Exception {
        grant(100 * (3 + 3 * 2));
        var statuses = inParallel(64, 10, () -> ask("\"max_tokens\": 2").statusCode());
        assertThat(statuses.stream().filter(status -> status == 200)).hasSize(100);
        assertThat(statuses.stream().filter(status -> status == 402)).hasSize(540);
        awaitSettled();
        assertThat(balance()).isZero();
    }

    /** Some stream, and some of those leave. */
    @Test
    void sixtyFourClientsOfAnyLength_balanceIsNeverNegative_andSumsAreRight() throws Exception {
        grant(20_000);
        var random = new Random(3);
        var lengths = random.ints(640, 1, 60).iterator();
        inParallel(64, 10, () -> {
            int length;
            synchronized (lengths) {
                length = lengths.nextInt();
            }
            String options = "\"max_tokens\": " + length + ", \"stream\": " + (length % 2 == 0);
            if (length % 8 != 0) return ask(options).statusCode();
            try (var left = server.open(TEXT, body(options), key.text().reveal())) {
                return left.readNBytes(300).length;
            }
        });
        awaitSettled();
        var bookings = server.billing.ledger().statement(customer, Long.MAX_VALUE, 2000);
        assertThat(bookings).allSatisfy(line -> assertThat(line.after()).isNotNegative());
        assertThat(sum(bookings, "balance")).isEqualTo(balance());
        assertThat(sum(bookings, "reserved")).isZero();
        long paid = sum(bookings, "spent");
        assertThat(balance())
                .as("most of it was spent")
                .isEqualTo(20_000 - paid)
                .isLessThan(10_000);
        var usage = server.billing
                .usage()
                .days(customer, LocalDate.EPOCH, LocalDate.now().plusDays(1));
        assertThat(usage.stream().mapToLong(UsageLine::microCredits).sum()).isEqualTo(paid);
    }

    private static long sum(List<StatementLine> bookings, String account) {
        return bookings.stream()
                .filter(line -> line.account().equals(account))
                .mapToLong(line -> line.amount().longValueExact())
                .sum();
    }

    private static List<Integer> inParallel(int clients, int requests, Callable<Integer> request) throws Exception {
        var go = new CountDownLatch(1);
        var statuses = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(clients)) {
            var all = new ArrayList<Future<List<Integer>>>();
            for (int i = 0; i < clients; i++)
                all.add(threads.submit(() -> {
                    go.await();
                    var own = new ArrayList<Integer>();
                    for (int n = 0; n < requests; n++) own.add(request.call());
                    return own;
                }));
            go.countDown();
            for (var one : all) statuses.addAll(one.get());
        }
        return statuses;
    }

    /** Whatever happens, at the most talkative level of our loggers; those of libraries are as they are shipped. */
    @Test
    void keys_areInNoLogLine() throws Exception {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var ours = (Logger) LoggerFactory.getLogger("org.decentralizedai");
        var before = ours.getLevel();
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        var secrets = new ArrayList<>(List.of(key.text().reveal().substring(14)));
        root.addAppender(lines);
        ours.setLevel(Level.TRACE);
        try {
            grant(1000);
            ask("\"max_tokens\": 5");
            ask("\"max_tokens\": 5000");
            ask("broken");
            var rotated = server.billing.keys().rotate(key.stored().id()).orElseThrow();
            secrets.add(rotated.text().reveal().substring(14));
            assertThat(ask("\"max_tokens\": 5").statusCode()).isEqualTo(401);
            LoggerFactory.getLogger(PaidChatTest.class).info("{} {} {}", key, key.text(), rotated);
        } finally {
            ours.setLevel(before);
            root.detachAppender(lines);
        }
        assertThat(List.copyOf(lines.list))
                .isNotEmpty()
                .noneMatch(
                        line -> secrets.stream().anyMatch(secret -> whole(line).contains(secret)));
    }

    /** With the messages of what was thrown. */
    private static String whole(ILoggingEvent line) {
        var text = new StringBuilder(line.getFormattedMessage());
        for (var thrown = line.getThrowableProxy(); thrown != null; thrown = thrown.getCause())
            text.append('\n').append(thrown.getMessage());
        return text.toString();
    }

    @Test
    void visitor_moreThanItsHouseholdMay_is429() throws Exception {
        server.address = "203.0.113.7";
        for (int i = 0; i < 2; i++)
            assertThat(server.post(TEXT, body("\"max_tokens\": 5")).statusCode())
                    .isEqualTo(200);
        var third = server.post(TEXT, body("\"max_tokens\": 5"));
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(code(third)).isEqualTo("rate_limit_exceeded");
        assertThat(third.headers().firstValue("retry-after")).isPresent();
        server.address = "203.0.113.8";
        assertThat(server.post(TEXT, body("\"max_tokens\": 5")).statusCode())
                .as("another household")
                .isEqualTo(200);
        assertThat(server.post(TEXT, body("\"max_tokens\": 2000")).statusCode())
                .as("more tokens than a visitor may have in a minute")
                .isEqualTo(429);
    }
}
