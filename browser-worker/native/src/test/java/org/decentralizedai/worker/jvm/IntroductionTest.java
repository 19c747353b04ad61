package org.decentralizedai.worker.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IntroductionTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer server;

    /** Knows no team. */
    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/credits/me/", exchange -> {
            String said = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String what = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            heard.add(what + " " + exchange.getRequestHeaders().getFirst("Authorization") + " " + said);
            exchange.sendResponseHeaders(what.equals("PUT /api/credits/me/team") ? 404 : 200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        http.close();
    }

    private Introduction introduction(@Nullable String name, @Nullable String team) {
        var address = URI.create("http://localhost:" + server.getAddress().getPort());
        return new Introduction(http, address, KEY, name, team);
    }

    private static WorkerEvent judged(VerdictCode code, int accepted) {
        return new WorkerEvent.Judged(code, "so it is", 64, accepted, 0);
    }

    private String next() throws InterruptedException {
        return String.valueOf(heard.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void firstAcceptedTask_tellsTheNameOnce() throws Exception {
        var introduction = introduction("Zoë", null);
        introduction.on(judged(VerdictCode.LATE, 0));
        assertThat(heard).isEmpty();
        introduction.on(judged(VerdictCode.ACCEPTED, 1));
        assertThat(next()).isEqualTo("PUT /api/credits/me/name Bearer " + KEY + " Zoë");
        introduction.on(judged(VerdictCode.ACCEPTED, 2));
        assertThat(heard.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void unknownTeam_isCreated() throws Exception {
        introduction(null, "Whales").on(judged(VerdictCode.ACCEPTED, 1));
        assertThat(next()).isEqualTo("PUT /api/credits/me/team Bearer " + KEY + " Whales");
        assertThat(next()).isEqualTo("POST /api/credits/me/team Bearer " + KEY + " Whales");
    }
}
