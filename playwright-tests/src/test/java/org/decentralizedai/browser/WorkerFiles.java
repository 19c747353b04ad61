package org.decentralizedai.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Serves the built worker at /worker/ and an empty page at /: no coordinator, but a secure context (localhost). */
public final class WorkerFiles implements AutoCloseable {
    private static final Map<String, String> TYPES =
            Map.of("js", "text/javascript", "mjs", "text/javascript", "wasm", "application/wasm");

    private final HttpServer server;

    private WorkerFiles(HttpServer server) {
        this.server = server;
    }

    public static WorkerFiles serve() {
        try {
            var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> answer(exchange, 200, "text/html", "<!doctype html>".getBytes()));
            server.createContext("/worker/", WorkerFiles::file);
            server.start();
            return new WorkerFiles(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    /** Also the files of a folder. @param prefix of their paths, with slashes around it */
    public void add(String prefix, Path folder) {
        server.createContext(prefix, exchange -> {
            String path = exchange.getRequestURI().getPath();
            Path file = folder.resolve(path.substring(prefix.length())).normalize();
            if (file.startsWith(folder) && Files.isRegularFile(file))
                answer(exchange, 200, type(path), Files.readAllBytes(file));
            else answer(exchange, 404, "text/plain", path.getBytes());
        });
    }

    /** Also these bytes. */
    public void add(String path, byte[] bytes) {
        server.createContext(path, exchange -> answer(exchange, 200, type(path), bytes));
    }

    private static void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try (InputStream in = WorkerFiles.class.getResourceAsStream(path)) {
            if (in == null) answer(exchange, 404, "text/plain", path.getBytes());
            else answer(exchange, 200, type(path), in.readAllBytes());
        }
    }

    private static String type(String path) {
        return TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
