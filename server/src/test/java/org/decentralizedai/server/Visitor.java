package org.decentralizedai.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A browser without a window: keeps its cookie, and says what a page of the site would say. */
final class Visitor {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    static final JsonMapper JSON = new JsonMapper();

    String server;
    private final String origin;
    String cookie = "";
    String csrf = "";

    /** @param origin of the page that it claims to be on */
    Visitor(String server, String origin) {
        this.server = server;
        this.origin = origin;
    }

    HttpResponse<String> send(String method, String path, Map<String, ?> body, String... headers) throws Exception {
        var all = new ArrayList<>(List.of("Origin", origin, "Sec-Fetch-Site", "same-origin"));
        if (!cookie.isEmpty()) all.addAll(List.of("Cookie", cookie));
        if (!csrf.isEmpty()) all.addAll(List.of("X-CSRF-Token", csrf));
        all.addAll(List.of(headers));
        var request = HttpRequest.newBuilder(URI.create(server + path))
                .headers(all.toArray(String[]::new))
                .method(method, BodyPublishers.ofString(body.isEmpty() ? "" : JSON.writeValueAsString(body)))
                .build();
        var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        answer.headers().firstValue("Set-Cookie").ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
        return answer;
    }

    JsonNode done(String method, String path, Map<String, ?> body) throws Exception {
        var answer = send(method, path, body);
        if (answer.statusCode() >= 300) throw new AssertionError(answer.statusCode() + " " + answer.body());
        return JSON.readTree(answer.body());
    }

    /** Asks who it is, and keeps the token for changes. */
    JsonNode session() throws Exception {
        var session = done("GET", "/api/session", Map.of());
        csrf = session.path("csrf").asString("");
        return session;
    }

    /** What the server gives a wallet to sign. */
    String message(TestSigner wallet) throws Exception {
        return done("POST", "/api/sign-in/ethereum/message", Map.of("address", wallet.address(), "chainId", 1))
                .get("message")
                .stringValue();
    }

    HttpResponse<String> signIn(String message, String signature) throws Exception {
        return send("POST", "/api/sign-in/ethereum", Map.of("message", message, "signature", signature));
    }

    /** Signs in; the account's id. */
    String signIn(TestSigner wallet) throws Exception {
        String message = message(wallet);
        var answer = signIn(message, wallet.sign(message));
        if (answer.statusCode() != 200) throw new AssertionError(answer.statusCode() + " " + answer.body());
        return session().get("accountId").stringValue();
    }
}
