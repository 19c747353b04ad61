package org.decentralizedai.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.http.HttpService;

/** Between a client and the chain's node. For the client the node is away when a test says so. */
final class NodeWire implements AutoCloseable {
    private final HttpServer server;
    private final URI node;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Web3j web3j;
    /** No request reaches the node. */
    volatile boolean away = false;
    /** Requests, by their text, that the node gets and whose answers are lost. */
    volatile Predicate<String> unanswered = _ -> false;

    NodeWire(URI node) throws IOException {
        this.node = node;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        web3j = Web3j.build(new HttpService(address().toString()));
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /** The node, through this. */
    Web3j web3j() {
        return web3j;
    }

    /** Closing without an answer cuts the connection. */
    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (away) return;
            byte[] answer = fromNode(body);
            if (unanswered.test(body)) return;
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private byte[] fromNode(String body) throws IOException {
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, BodyHandlers.ofByteArray()).body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        web3j.shutdown();
        server.stop(0);
        http.close();
    }
}
