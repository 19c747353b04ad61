package org.decentralizedai.billing.ethereum;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An Ethereum node of its own for a test (anvil), and the Solidity compiler; npm installs both in target/ethereum, once. */
final class LocalNode implements AutoCloseable {
    private static final Path SOURCES = Path.of("src/test/ethereum"), FOLDER = Path.of("target/ethereum");
    private static final Pattern LISTENING = Pattern.compile("Listening on (127\\.0\\.0\\.1:\\d+)");
    private static final JsonMapper JSON = new JsonMapper();

    private final Process anvil;
    private final URI address;
    private final HttpClient http = HttpClient.newHttpClient();

    private LocalNode(Process anvil, URI address) {
        this.anvil = anvil;
        this.address = address;
    }

    static LocalNode start() throws IOException, InterruptedException {
        install();
        var anvil = new ProcessBuilder(FOLDER.resolve("node_modules/.bin/anvil").toString(), "--port", "0")
                .redirectErrorStream(true)
                .start();
        var seen = new StringBuilder();
        var lines = new BufferedReader(anvil.inputReader(StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.append(line).append('\n');
            var listening = LISTENING.matcher(line);
            if (listening.find()) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {})); // or its pipe would fill up
                return new LocalNode(anvil, URI.create("http://" + listening.group(1)));
            }
        }
        throw new IllegalStateException("anvil did not start: " + seen);
    }

    private static void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try (var files = Files.list(SOURCES)) {
            for (Path file : files.toList())
                Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(FOLDER.resolve("node_modules/.package-lock.json"))) run("npm", "ci", "--loglevel=error");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0)
            throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
        return output;
    }

    URI address() {
        return address;
    }

    /** Deploys the smart wallet of somebody; its address. */
    String walletOf(String owner) throws IOException, InterruptedException {
        String code = "0x" + run("node", "compile.mjs") + "0".repeat(24) + owner.substring(2);
        String from = ask("eth_accounts", List.of()).get(0).stringValue();
        var sent = ask("eth_sendTransaction", List.of(Map.of("from", from, "data", code)));
        return ask("eth_getTransactionReceipt", List.of(sent.stringValue()))
                .get("contractAddress")
                .stringValue();
    }

    private JsonNode ask(String method, List<?> params) throws IOException, InterruptedException {
        var body = Map.of("jsonrpc", "2.0", "id", 1, "method", method, "params", params);
        var request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        var answer = JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        if (!answer.has("result")) throw new IllegalStateException(method + ": " + answer);
        return answer.get("result");
    }

    @Override
    public void close() {
        anvil.destroy();
    }
}
