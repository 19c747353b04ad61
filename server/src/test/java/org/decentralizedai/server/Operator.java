package org.decentralizedai.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gives commands to a server, and asks it with a key. */
final class Operator {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;
    private final String token;

    Operator(String url, Path data) throws IOException {
        this.url = url;
        token = Files.readString(data.resolve("admin-token")).strip();
    }

    /** @param pairs of a name and a value each */
    HttpResponse<String> command(String command, String... pairs) throws IOException, InterruptedException {
        var query = new StringJoiner("&");
        for (int i = 0; i < pairs.length; i += 2)
            query.add(pairs[i] + "=" + URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        return client.send(
                HttpRequest.newBuilder(URI.create(url + "/admin/" + command + "?" + query))
                        .header("Authorization", "Bearer " + token)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    JsonNode done(String command, String... pairs) throws IOException, InterruptedException {
        var answer = command(command, pairs);
        if (answer.statusCode() != 200) throw new AssertionError(command + ": " + answer.body());
        return JSON.readTree(answer.body());
    }

    HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url + path))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                BodyHandlers.ofString());
    }

    JsonNode json(String path, String key) throws IOException, InterruptedException {
        return JSON.readTree(get(path, key).body());
    }
}
