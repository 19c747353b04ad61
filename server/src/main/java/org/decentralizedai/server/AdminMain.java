package org.decentralizedai.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The operator's commands to a running server, authorised by the token in its data folder. */
@Command(
        name = "admin",
        mixinStandardHelpOptions = true,
        description = "Tells the server that runs on a data folder what to do.",
        synopsisSubcommandLabel = "COMMAND")
public final class AdminMain {
    @Option(names = "--data", paramLabel = "DIR", defaultValue = "data", description = "the server's data folder")
    private Path data = Path.of("data");

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "the server's address (default: the one it noted in DIR)")
    private @Nullable String url;

    private AdminMain() {}

    public static void main(String[] args) {
        var command = new CommandLine(new AdminMain());
        command.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 1;
        });
        System.exit(command.execute(args));
    }

    @Command(description = "what the server does now, with its last promotions and events")
    int status() throws IOException, InterruptedException {
        return post("status");
    }

    @Command(description = "give out no more tasks, also after a restart; those under way may finish")
    int pause() throws IOException, InterruptedException {
        return post("pause");
    }

    @Command(description = "give out tasks again")
    int resume() throws IOException, InterruptedException {
        return post("resume");
    }

    @Command(description = "give out no more tasks and be not ready: before stopping the server")
    int drain() throws IOException, InterruptedException {
        return post("drain");
    }

    @Command(description = "start a new round from the weights of an earlier one, and let those answer chats")
    int rollback(@Parameters(paramLabel = "ROUND", description = "whose checkpoint is still stored") int round)
            throws IOException, InterruptedException {
        return post("rollback?round=" + round);
    }

    @Command(description = "refuse a worker from now on")
    int ban(@Parameters(paramLabel = "WORKER", description = "its id, as in the server's log") String worker)
            throws IOException, InterruptedException {
        return post("ban?worker=" + URLEncoder.encode(worker, StandardCharsets.UTF_8));
    }

    @Command(description = "let a banned worker work again")
    int unban(@Parameters(paramLabel = "WORKER", description = "its id") String worker)
            throws IOException, InterruptedException {
        return post("unban?worker=" + URLEncoder.encode(worker, StandardCharsets.UTF_8));
    }

    @Command(description = "copy the whole state into DIR/backups; start a server with --data on the copy to restore")
    int backup() throws IOException, InterruptedException {
        return post("backup");
    }

    private int post(String command) throws IOException, InterruptedException {
        if (!Files.exists(DataFolder.tokenFile(data)))
            throw new IllegalArgumentException(data + " is no server's data folder: choose it with --data");
        String server =
                url == null ? Files.readString(DataFolder.addressFile(data)).strip() : url;
        var request = HttpRequest.newBuilder(URI.create(server + "/admin/" + command))
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(DataFolder.tokenFile(data)).strip())
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(answer.body());
            return answer.statusCode() == 200 ? 0 : 1;
        }
    }
}
