package org.decentralizedai.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.decentralizedai.billing.payout.ChainCheck;
import org.decentralizedai.billing.payout.EpochCheck;
import org.decentralizedai.billing.payout.EpochData;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Computes a payout epoch again from its published data, and looks on the chain for what that says. */
@Command(
        name = "verify-epoch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads the published data of a payout epoch, computes shares, assignments, cumulative leaves and the Merkle root again, and",
            "says the first difference. Ends with 0 when there is none. With --previous also what the epoch starts from is checked,",
            "with --rpc the root, the signed hash of the data and that the contract's events are the revenue, all of it and no more.",
            "Say with --contract which contract you mean: otherwise it is the one that the data names."
        })
public final class VerifyEpochMain implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String HASH = "#sha256=";

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "DATA", description = "file or URL, such as http://localhost:8080/epochs/1.json")
    private String data = "";

    @Option(names = "--previous", paramLabel = "DATA", description = "file or URL of the epoch before")
    private @Nullable String previous;

    @Option(names = "--rpc", paramLabel = "URL", description = "a node of the epoch's chain")
    private @Nullable URI rpc;

    @Option(names = "--contract", paramLabel = "ADDRESS", description = "of the contract that you know")
    private @Nullable String contract;

    @Option(
            names = "--from-block",
            paramLabel = "N",
            defaultValue = "0",
            description = "the contract's first block: some nodes refuse long searches (${DEFAULT-VALUE})")
    private long fromBlock;

    private VerifyEpochMain() {}

    public static void main(String[] args) {
        System.exit(command().execute(args));
    }

    static CommandLine command() {
        var command = new CommandLine(new VerifyEpochMain());
        command.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 2;
        });
        return command;
    }

    @Override
    public Integer call() {
        byte[] published = read(data);
        byte[] before = previous == null ? null : read(previous);
        var out = spec.commandLine().getOut();
        var difference = named(published)
                .or(() -> EpochCheck.difference(published, before))
                .or(() -> contract(published))
                .or(() -> onChain(published));
        if (difference.isPresent()) {
            out.println("DIFFERS  " + difference.get());
            return 1;
        }
        var epoch = EpochData.read(published);
        var computed = epoch.computed();
        out.println("epoch " + epoch.given().epoch() + " of the contract "
                + epoch.given().contract() + " on chain " + epoch.given().chain());
        out.println("data     SHA-256 " + EpochData.hash(published));
        out.println("revenue  " + computed.revenue() + " wei of "
                + epoch.given().spent().size() + " events, to "
                + computed.shares().size() + " keys; carried on: " + computed.carried());
        out.println("leaves   " + computed.leaves().size() + " addresses, " + computed.total() + " wei, root "
                + computed.root());
        var lost = epoch.given().read().lost();
        if (lost.signum() > 0)
            out.println("lost     " + lost
                    + " wei that were shared out and reorganisations took back: by the operator's word");
        if (contract == null)
            out.println("WARNING  the contract's address is what the data says: compare it, or say --contract");
        if (before == null && epoch.given().epoch() > 1)
            out.println("what the epoch starts from was not checked: --previous");
        if (rpc == null) out.println("the chain was not asked: --rpc");
        out.println("everything else is as published");
        return 0;
    }

    private Optional<String> contract(byte[] published) {
        String given = EpochData.read(published).given().contract();
        return contract == null || contract.strip().equalsIgnoreCase(given)
                ? Optional.empty()
                : Optional.of("the contract: " + given + " is published, not " + contract);
    }

    /** An address may end with the hash of what is there, as the signed one does. */
    private Optional<String> named(byte[] published) {
        int at = data.indexOf(HASH);
        if (at < 0) return Optional.empty();
        String hash = EpochData.hash(published);
        return data.substring(at + HASH.length()).equals(hash)
                ? Optional.empty()
                : Optional.of("the hash of the data is " + hash);
    }

    private Optional<String> onChain(byte[] published) {
        if (rpc == null) return Optional.empty();
        try (var check = new ChainCheck(rpc, fromBlock)) {
            return check.difference(published);
        }
    }

    private static byte[] read(String from) {
        try {
            return from.startsWith("http://") || from.startsWith("https://")
                    ? fetch(URI.create(from))
                    : Files.readAllBytes(Path.of(from));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + from, e);
        }
    }

    private static byte[] fetch(URI from) throws IOException {
        try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(from).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 200) return answer.body();
            throw new IllegalArgumentException(from + " is not there (" + answer.statusCode() + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
