package org.decentralizedai.server.console;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.json.JavalinJackson3;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.UUID;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.Asked;
import org.decentralizedai.billing.meter.Price;
import org.decentralizedai.server.edge.ErrorResponses;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.state.Database;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The console's routes on port 0 and a client of them. A header says who is signed in. */
final class ConsoleServer implements AutoCloseable {
    static final Rate LIMITS = new Rate(600, 500_000);
    private static final String WHO = "Test-Account";

    final Billing billing;
    private final Database database;
    private final Javalin javalin;
    private final HttpClient client = HttpClient.newHttpClient();
    private int requests;

    ConsoleServer(Clock clock) {
        database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1");
        billing = new Billing(database.jdbi(), clock, database::sync);
        javalin = Javalin.start(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.port = 0;
            config.jsonMapper(new JavalinJackson3(JsonMapper.shared(), true));
            ErrorResponses.register(config.routes);
            new ConsoleRoutes(billing, database.jdbi(), LIMITS, clock, ConsoleServer::account).register(config.routes);
            new ConsoleKeyRoutes(billing, clock, ConsoleServer::account).register(config.routes);
        });
    }

    private static String account(Context context) {
        String who = context.header(WHO);
        if (who == null) throw new RequestException(RequestException.Code.UNAUTHORIZED, "sign in first");
        return who;
    }

    String open(String name) {
        return billing.customers().open(name).id();
    }

    void grant(String account, long microCredits) {
        billing.grant("g" + requests++, account, BigInteger.valueOf(microCredits), "a gift");
    }

    /** A settled request at 1 credit for a million tokens of prompts and 3 of answers. */
    void use(String account, String key, String model, int promptTokens, int answerTokens) {
        var asked = new Asked(
                "req_" + requests++, account, key, model, new Price(1_000_000, 3_000_000), promptTokens, answerTokens);
        try (var open = billing.meter().begin(asked).orElseThrow()) {
            open.complete(answerTokens);
        }
    }

    HttpResponse<String> send(String method, String path, @Nullable String account, @Nullable String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + javalin.port() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (account != null) request.header(WHO, account);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    JsonNode get(String path, String account) throws IOException, InterruptedException {
        var answer = send("GET", path, account, null);
        if (answer.statusCode() != 200)
            throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
        return json(answer);
    }

    static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    @Override
    public void close() {
        javalin.stop();
        billing.close();
        database.close();
    }
}
