package org.decentralizedai.server.chat;

import io.javalin.Javalin;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.server.edge.ErrorResponses;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The routes on a real Javalin, port 0, and a client of it. */
final class ChatServer implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpClient client = HttpClient.newHttpClient();
    final ChatRoutes routes;
    final Billing billing;
    final Database database;
    private final Javalin javalin;
    volatile @Nullable ServedCheckpoint promoted;
    volatile boolean alone = true;
    volatile @Nullable String address; // that callers seem to have; null: this machine's

    ChatServer(@Nullable ServedCheckpoint promoted, ChatSettings settings) {
        this(promoted, settings, BillingSettings.defaults());
    }

    ChatServer(@Nullable ServedCheckpoint promoted, ChatSettings settings, BillingSettings terms) {
        this.promoted = promoted;
        database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1");
        billing = new Billing(database.jdbi(), Clock.systemUTC(), database::sync, () -> alone);
        routes =
                new ChatRoutes(() -> Optional.ofNullable(this.promoted), new ByteTokenizer(), settings, billing, terms);
        javalin = Javalin.start(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.port = 0;
            config.contextResolver.ip =
                    ctx -> Objects.requireNonNullElse(address, ctx.req().getRemoteAddr());
            ErrorResponses.register(config.routes);
            routes.register(config.routes);
        });
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    /** The caller closes the stream; that ends the connection. */
    InputStream open(String path, String body) throws IOException, InterruptedException {
        return client.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofInputStream())
                .body();
    }

    HttpResponse<String> post(String path, String body, String key) throws IOException, InterruptedException {
        var request = request(path).header("Authorization", "Bearer " + key).POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    InputStream open(String path, String body, String key) throws IOException, InterruptedException {
        var request = request(path).header("Authorization", "Bearer " + key).POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofInputStream()).body();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).GET().build(), BodyHandlers.ofString());
    }

    Socket connect() throws IOException {
        return new Socket("localhost", javalin.port());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + javalin.port() + path))
                .timeout(Duration.ofMinutes(1));
    }

    JsonNode parsed(HttpResponse<String> response) {
        return json.readTree(response.body());
    }

    /** Data of a stream's events, in order. */
    static List<String> events(HttpResponse<String> response) {
        return response.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    @Override
    public void close() {
        routes.close();
        javalin.stop();
        billing.close();
        database.close();
    }
}
