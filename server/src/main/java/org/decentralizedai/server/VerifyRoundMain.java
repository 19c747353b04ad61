package org.decentralizedai.server;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.decentralizedai.server.train.RoundChain;
import org.decentralizedai.server.train.RoundCheck;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Computes a closed round of a coordinator again, from what it publishes. */
@Command(
        name = "verify-round",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Fetches the record of a closed round, its updates and the checkpoint before it, computes the round again and",
            "compares every hash, and the record with those of the rounds before. Ends with 0 when all are equal. Updates",
            "are kept for the last rounds only."
        })
public final class VerifyRoundMain implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://localhost:8080",
            description = "the coordinator (${DEFAULT-VALUE})")
    private String server = "http://localhost:8080";

    @Option(names = "--round", paramLabel = "N", description = "the round (default: the last that was closed)")
    private @Nullable Integer round;

    private VerifyRoundMain() {}

    public static void main(String[] args) {
        System.exit(command().execute(args));
    }

    static CommandLine command() {
        var command = new CommandLine(new VerifyRoundMain());
        command.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 2;
        });
        return command;
    }

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var published = new PublishedRun(server)) {
            int number = round == null ? published.newestRound() : round;
            var record = published.record(number);
            out.println("round " + number + " of run " + record.run() + ": "
                    + record.updates().size() + " updates; the list has its record under "
                    + published.recordHash(number));
            var model = published.model(record.before().checkpoint());
            var lines = new ArrayList<>(RoundChain.of(record, published::findRecord));
            lines.addAll(RoundCheck.of(record, model, published, published::update));
            lines.forEach(line -> say(out, line));
            boolean equal = lines.stream().allMatch(RoundCheck.Line::agrees);
            out.println("round " + number + (equal ? " gives the same bytes" : " does NOT give what was published"));
            return equal ? 0 : 1;
        }
    }

    private static void say(PrintWriter out, RoundCheck.Line line) {
        if (line.agrees()) out.println("equal    " + line.what() + ": " + line.found());
        else out.println("DIFFERS  " + line.what() + ": " + line.published() + " was published, not " + line.found());
    }
}
