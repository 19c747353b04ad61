package org.decentralizedai.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Sha256;
import tools.jackson.databind.json.JsonMapper;

/** Publishes what another coordinator does, but for some lies. */
final class TamperedSite implements AutoCloseable {
    private final String honest;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, byte[]> lies = new HashMap<>(); // by path
    private final HttpServer server;

    /** @param honest its address */
    TamperedSite(String honest) throws IOException {
        this.honest = honest;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] body = lies.get(path);
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(body == null ? fetch(path) : body);
        }
    }

    private byte[] fetch(String path) throws IOException {
        try {
            return client.send(HttpRequest.newBuilder(URI.create(honest + path)).build(), BodyHandlers.ofByteArray())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    void lie(String path, byte[] answer) {
        lies.put(path, answer);
    }

    /** Another record for a round, whose hash is in the list as it should be. */
    void publish(int round, RoundRecord record) throws IOException {
        byte[] json = JsonMapper.shared().writeValueAsBytes(record);
        var hash = Digests.of(json);
        lie("/shards/" + hash, json);
        list(round, hash);
    }

    /** @param record of that round, says the list */
    void list(int round, Sha256 record) throws IOException {
        var entries = new ArrayList<Map<String, Object>>();
        var before = lies.get("/api/rounds");
        for (var entry : JsonMapper.shared().readTree(before == null ? fetch("/api/rounds") : before)) {
            int of = entry.get("round").asInt();
            entries.add(Map.of(
                    "round",
                    of,
                    "record",
                    of == round ? record.hex() : entry.get("record").stringValue()));
        }
        lie("/api/rounds", JsonMapper.shared().writeValueAsBytes(entries));
    }

    @Override
    public void close() {
        server.stop(0);
        client.close();
    }
}
