package org.decentralizedai.billing.pool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** Between a client and a node: passes requests on, and does harm to those that a test says. */
final class FaultyWire implements AutoCloseable {
    /** What becomes of a request. */
    enum Fault {
        NONE,
        /** The connection is closed without an answer. */
        CUT,
        /** Status 503. */
        BUSY,
        /** A JSON-RPC error. */
        ERROR,
        /** {@code "result": null}. */
        NULL,
        /** No JSON. */
        GARBAGE
    }

    /** Chooses by a request's body and how many have come before it. */
    @FunctionalInterface
    interface Plan {
        Fault of(String body, int number);
    }

    private final HttpServer server;
    private final URI node;
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger requests = new AtomicInteger();
    volatile Plan plan = (_, _) -> Fault.NONE;
    volatile UnaryOperator<String> answers = UnaryOperator.identity();

    FaultyWire(URI node) throws IOException {
        this.node = node;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/secret");
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var id = body.replaceAll(".*\"id\":(\\d+).*", "$1");
            switch (plan.of(body, requests.getAndIncrement())) {
                case NONE -> answer(exchange, 200, answers.apply(fromNode(body)));
                case CUT -> {}
                case BUSY -> answer(exchange, 503, "busy");
                case ERROR ->
                    answer(
                            exchange,
                            200,
                            "{\"jsonrpc\":\"2.0\",\"id\":" + id
                                    + ",\"error\":{\"code\":-32005,\"message\":\"too much\"}}");
                case NULL -> answer(exchange, 200, "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":null}");
                case GARBAGE -> answer(exchange, 200, "<html>");
            }
        }
    }

    private String fromNode(String body) throws IOException {
        var request = HttpRequest.newBuilder(node)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        http.close();
    }
}
