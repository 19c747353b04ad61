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
import java.time.Duration;
import java.time.Instant;
import java.util.StringJoiner;
import java.util.UUID;
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

    @Command(
            name = "close-epoch",
            description = "bring to the chain what customers have spent, and share it out; say what that waits for")
    int closeEpoch() throws IOException, InterruptedException {
        return post("close-epoch");
    }

    @Command(name = "open-account", description = "make a customer's account")
    int openAccount(@Parameters(paramLabel = "NAME", description = "whose") String name)
            throws IOException, InterruptedException {
        return post("open-account" + query("name", name));
    }

    @Command(description = "show a customer's balance, keys and last bookings")
    int account(@Parameters(paramLabel = "ACCOUNT", description = "its id, acct_...") String account)
            throws IOException, InterruptedException {
        return post("account" + query("customer", account));
    }

    @Command(description = "give a customer credits to spend")
    int grant(
            @Parameters(paramLabel = "ACCOUNT", description = "its id, acct_...") String account,
            @Parameters(paramLabel = "CREDITS", description = "how many, such as 2.5") String credits,
            @Option(names = "--why", paramLabel = "TEXT", defaultValue = "granted by the operator") String why,
            @Option(
                            names = "--id",
                            paramLabel = "ID",
                            description =
                                    "of this grant: with the same one it is not booked twice (default: a new one)")
                    @Nullable
                    String id)
            throws IOException, InterruptedException {
        String grant = id == null ? UUID.randomUUID().toString() : id;
        System.err.println("the id of this grant, should it have to be repeated: " + grant);
        return post("grant" + query("customer", account, "credits", credits, "why", why, "id", grant));
    }

    @Command(name = "make-key", description = "make an API key for a customer and show its text, this once")
    int makeKey(
            @Parameters(paramLabel = "ACCOUNT", description = "its id, acct_...") String account,
            @Option(names = "--name", paramLabel = "NAME", defaultValue = "key") String name,
            @Option(names = "--days", paramLabel = "DAYS", description = "after which it expires (default: never)")
                    @Nullable
                    Integer days,
            @Option(names = "--scopes", paramLabel = "SCOPES", description = "inference, usage (default: both)")
                    @Nullable
                    String scopes,
            @Option(names = "--requests", paramLabel = "N", description = "a minute (default: as the account)")
                    @Nullable
                    Long requests,
            @Option(names = "--tokens", paramLabel = "N", description = "a minute (default: as the account)") @Nullable
                    Long tokens)
            throws IOException, InterruptedException {
        var expires = days == null
                ? null
                : String.valueOf(Instant.now().plus(Duration.ofDays(days)).toEpochMilli());
        return post("make-key"
                + query(
                        "customer",
                        account,
                        "name",
                        name,
                        "expires",
                        expires,
                        "scopes",
                        scopes,
                        "requests",
                        requests,
                        "tokens",
                        tokens));
    }

    @Command(name = "rotate-key", description = "give a key a new text, and refuse the old one")
    int rotateKey(@Parameters(paramLabel = "KEY", description = "its id, key_...") String key)
            throws IOException, InterruptedException {
        return post("rotate-key" + query("key", key));
    }

    @Command(name = "revoke-key", description = "refuse a key from now on")
    int revokeKey(@Parameters(paramLabel = "KEY", description = "its id, key_...") String key)
            throws IOException, InterruptedException {
        return post("revoke-key" + query("key", key));
    }

    @Command(description = "show the ad campaigns that wait for your review")
    int ads() throws IOException, InterruptedException {
        return post("ads");
    }

    @Command(name = "approve-ad", description = "let an ad campaign be shown")
    int approveAd(
            @Parameters(paramLabel = "CAMPAIGN", description = "its id, ad_...") String campaign,
            @Parameters(paramLabel = "REVISION", description = "that you have looked at") int revision)
            throws IOException, InterruptedException {
        return post("approve-ad" + query("campaign", campaign, "revision", revision));
    }

    @Command(name = "reject-ad", description = "show an ad campaign no more, or not at all")
    int rejectAd(
            @Parameters(paramLabel = "CAMPAIGN", description = "its id, ad_...") String campaign,
            @Parameters(paramLabel = "REVISION", description = "that you have looked at") int revision,
            @Option(
                            names = "--why",
                            required = true,
                            paramLabel = "TEXT",
                            description = "for the advertiser, at most 300 characters")
                    String why)
            throws IOException, InterruptedException {
        return post("reject-ad" + query("campaign", campaign, "revision", revision, "why", why));
    }

    /** @param pairs of a name and a value each; those without a value are left out */
    private static String query(@Nullable Object... pairs) {
        var query = new StringJoiner("&", "?", "");
        for (int i = 0; i < pairs.length; i += 2)
            if (pairs[i + 1] != null)
                query.add(pairs[i] + "=" + URLEncoder.encode(String.valueOf(pairs[i + 1]), StandardCharsets.UTF_8));
        return query.toString();
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
