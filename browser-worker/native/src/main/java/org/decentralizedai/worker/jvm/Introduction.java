package org.decentralizedai.worker.jvm;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent;
import org.decentralizedai.worker.WorkerListener;
import org.jspecify.annotations.Nullable;

/**
 * Tells the coordinator the public name and team of this volunteer, once, after its first accepted task: before it there is no
 * account to name. A team that nobody has created yet is created. Never holds up the worker's thread.
 *
 * @param server address of the coordinator
 * @param name null: stays as it is
 * @param team null: stays as it is
 */
record Introduction(
        HttpClient http,
        URI server,
        String key,
        @Nullable String name,
        @Nullable String team) implements WorkerListener {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int NOT_FOUND = 404;

    @Override
    public void on(WorkerEvent event) {
        if (!(event instanceof WorkerEvent.Judged judged) || judged.code() != VerdictCode.ACCEPTED) return;
        if (judged.tasksAccepted() != 1) return;
        if (name != null) say("name", send("PUT", "name", name));
        if (team != null)
            say(
                    "team",
                    send("PUT", "team", team)
                            .thenCompose(answer -> answer.statusCode() == NOT_FOUND
                                    ? send("POST", "team", team)
                                    : CompletableFuture.completedFuture(answer)));
    }

    private CompletableFuture<HttpResponse<String>> send(String method, String what, String text) {
        var request = HttpRequest.newBuilder(server.resolve("/api/credits/me/" + what))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "text/plain; charset=utf-8")
                .method(method, HttpRequest.BodyPublishers.ofString(text))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void say(String what, CompletableFuture<HttpResponse<String>> answer) {
        answer.whenComplete((response, failure) -> System.out.println(
                failure != null
                        ? "the " + what + " could not be told: " + failure.getMessage()
                        : response.statusCode() == 200
                                ? "the " + what + " is on the leaderboard"
                                : "the " + what + " was refused: " + response.body()));
    }
}
