package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Simulates one run, or the arms of a file, each with some seeds. */
@Command(
        name = "bin/simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains with simulated workers: the coordinator's own classes, the workers' own mathematics and codecs,",
            "simulated time and lines. Equal options give equal results. Defaults in brackets; what a run is trained",
            "with comes from the model's recipe unless it is said here."
        })
public final class SimulateMain implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Mixin
    private ScenarioOptions options = new ScenarioOptions();

    @Option(
            names = "--arms",
            paramLabel = "FILE",
            description = {
                "run the arms of a file instead: the options of one on each line; # begins a comment;",
                "options of the command line hold for all of them"
            })
    private @Nullable Path arms;

    @Option(names = "--seeds", paramLabel = "N", split = ",", description = "of each arm (1,2,3)")
    private List<Long> seeds = List.of(1L, 2L, 3L);

    @Option(
            names = "--lines",
            paramLabel = "FILE",
            description = "run nothing: show the runs that --json kept in a file")
    private @Nullable Path lines;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = {
                "add a line of JSON for each run to this file; runs of --arms that it has are not run again, so that",
                "a long list can be cut off and gone on with: take another file for another program"
            })
    private @Nullable Path json;

    @Option(names = "--chart", paramLabel = "FILE", description = "write a picture (SVG)")
    private @Nullable Path chart;

    @Option(
            names = "--untrained",
            description = "updates are drawn by lot instead of trained: what is simulated is times and bytes")
    private boolean untrained;

    @Option(names = "--points", paramLabel = "N", description = "of the curve of one run, at most one a round (10)")
    private int points = 10;

    private SimulateMain() {}

    public static void main(String[] args) {
        ((Logger) LoggerFactory.getLogger("org.decentralizedai")).setLevel(Level.WARN); // every round is a line
        System.exit(run(new PrintWriter(System.out, true), args));
    }

    /** @return the exit code */
    public static int run(PrintWriter out, String... args) {
        var command = new CommandLine(new SimulateMain()).setOut(out);
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 1;
        });
        return command.execute(args);
    }

    /** One run of an arm. */
    private record Run(String arm, ScenarioOptions options, boolean untrained, int points, String progress) {

        boolean gave(Report report) {
            return report.arm().equals(arm) && report.seed() == options.seed();
        }

        /** @param threads that compute */
        Report run(int threads, Consumer<String> listener) {
            var scenario = options.scenario();
            long start = System.nanoTime();
            var outcome =
                    options.synchronous() ? Synchronous.run(scenario, threads) : simulate(scenario, threads, listener);
            return Report.of(arm, scenario, options.synchronous(), outcome, (System.nanoTime() - start) / 1e9);
        }

        private Outcome simulate(Scenario scenario, int threads, Consumer<String> listener) {
            try (var simulation = untrained ? Simulation.untrained(scenario) : new Simulation(scenario, threads)) {
                return simulation.run(points, sentence -> listener.accept(progress + sentence));
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        var out = spec.commandLine().getOut();
        if (lines != null) {
            show(kept(lines), out);
        } else if (arms == null) {
            var only = new Run(
                    String.join(" ", spec.commandLine().getParseResult().originalArgs()),
                    options,
                    untrained,
                    points,
                    "");
            var report = only.run(Runtime.getRuntime().availableProcessors(), sentence -> say(out, sentence));
            keep(report);
            say(out, Table.of(Arm.of(List.of(report))));
            var caught = report.caught();
            if (caught != null) say(out, caught.sentence());
            if (report.utilisation() != null) say(out, report.useOfTime());
            if (chart != null) LossChart.save(LossChart.curve(report), chart);
        } else {
            show(all(runs(arms), out), out);
        }
        return 0;
    }

    private void show(List<Report> reports, PrintWriter out) {
        var table = Arm.of(reports);
        say(out, Table.of(table));
        if (chart != null) LossChart.save(LossChart.arms(table), chart);
    }

    private static List<Report> kept(Path file) {
        return lines(file).stream()
                .map(line -> JSON.readValue(line, Report.class))
                .toList();
    }

    private List<Run> runs(Path file) {
        var names = new ArrayList<String>();
        var runs = new ArrayList<Run>();
        for (String line : lines(file)) {
            String arm = line.replaceFirst("#.*", "").strip();
            if (!arm.isEmpty()) names.add(arm);
        }
        if (names.isEmpty()) throw new IllegalArgumentException("there is no arm in " + file);
        for (long seed : seeds) // the whole list with one seed, then with the next
        for (String arm : names)
                runs.add(new Run(arm, parsed(arm, seed), untrained, points, arm + ", seed " + seed + ": "));
        return runs;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** What the command line says holds for every arm that does not say otherwise. */
    private ScenarioOptions parsed(String arm, long seed) {
        var arguments = new ArrayList<String>();
        var scenario = requireNonNull(spec.mixins().get("options")).options();
        for (OptionSpec common : spec.commandLine().getParseResult().matchedOptions())
            if (scenario.contains(common))
                for (String value : values(common)) arguments.add(common.longestName() + value);
        arguments.addAll(List.of((arm + " --seed=" + seed).split("\\s+")));
        var options = new ScenarioOptions();
        new CommandLine(CommandSpec.forAnnotatedObject(options))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(arguments.toArray(String[]::new));
        return options;
    }

    private static List<String> values(OptionSpec option) {
        if (option.originalStringValues().isEmpty()) return List.of("");
        return option.originalStringValues().stream()
                .map(value -> value.isEmpty() ? "" : "=" + value)
                .toList();
    }

    /** One run on each core. */
    private List<Report> all(List<Run> runs, PrintWriter out) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            var pending = new ArrayList<Future<Report>>();
            var earlier = json == null || !Files.exists(json) ? List.<Report>of() : kept(json);
            var reports = new ArrayList<Report>();
            for (Run run : runs) {
                var known = earlier.stream().filter(run::gave).findFirst();
                known.ifPresent(reports::add);
                if (known.isPresent()) continue;
                pending.add(threads.submit(() -> {
                    var report = run.run(1, _ -> {});
                    keep(report);
                    say(out, run.progress() + "%.4f nats".formatted(report.loss()));
                    return report;
                }));
            }
            for (var each : pending) reports.add(each.get());
            return reports;
        }
    }

    private synchronized void keep(Report report) {
        if (json == null) return;
        try {
            Files.writeString(
                    json, JSON.writeValueAsString(report) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + json, e);
        }
    }

    private static synchronized void say(PrintWriter out, String sentence) {
        out.println(sentence);
        out.flush();
    }
}
