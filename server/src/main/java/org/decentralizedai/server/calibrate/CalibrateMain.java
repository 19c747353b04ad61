package org.decentralizedai.server.calibrate;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.ModelChoice;
import org.decentralizedai.server.train.WindowSchedule;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how far honest updates of one task lie apart, and cheats from them. */
@Command(
        name = "bin/calibrate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Computes tasks on this machine as the auditor does, in other honest ways and as cheats would, and compares",
            "the encoded updates. Prints for each form the tolerance, which is twice the 99.9 %% quantile of the honest",
            "pairs, and what it does to each kind of pair. Defaults in brackets."
        })
public final class CalibrateMain implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "MODEL", description = "nano, tiny, small, base or a config.json (nano)")
    private String model = "nano";

    @Option(names = "--corpus", paramLabel = "PATH", description = "text to train on (default: fetched by npm)")
    private @Nullable Path corpus;

    @Option(names = "--tasks", paramLabel = "N", description = "of each run (200)")
    private int tasks = 200;

    @Option(names = "--steps", paramLabel = "H", description = "local steps of a task (8)")
    private int steps = 8;

    @Option(names = "--batch", paramLabel = "B", description = "windows of a local step (2)")
    private int batch = 2;

    @Option(names = "--rate", paramLabel = "LR", description = "greatest learning rate (1e-2)")
    private double rate = 1e-2;

    @Option(names = "--doubles-every", paramLabel = "N", description = "tasks that the reference computes too (10)")
    private int doublesEvery = 10;

    @Option(names = "--cheats-every", paramLabel = "N", description = "tasks that the cheats compute too (10)")
    private int cheatsEvery = 10;

    @Option(names = "--seeds", paramLabel = "N", split = ",", description = "a run for each, one on each core (1,2)")
    private List<Long> seeds = List.of(1L, 2L);

    @Option(names = "--forms", paramLabel = "FORM", split = ",", description = "of updates (F32,INT8,INT4,SIGN)")
    private List<UpdateEncoding> forms =
            List.of(UpdateEncoding.F32, UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN);

    @Option(
            names = "--recorded",
            paramLabel = "FOLDER",
            description = "updates that browsers have computed, as the test RecordedTasksIT writes them")
    private @Nullable Path recorded;

    @Option(names = "--json", paramLabel = "FILE", description = "write a line of JSON for each kind of pair and form")
    private @Nullable Path json;

    @Option(names = "--chart", paramLabel = "FILE", description = "write the curves of acceptance (SVG)")
    private @Nullable Path chart;

    private CalibrateMain() {}

    public static void main(String[] args) {
        var command = new CommandLine(new CalibrateMain());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println(e.getMessage() == null ? e.toString() : e.getMessage());
            return 1;
        });
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        PrintWriter out = spec.commandLine().getOut();
        var pairs = new ArrayList<Pair>();
        for (var run : runs()) pairs.addAll(run);
        if (recorded != null)
            for (Recording each : new RecordingFolder(recorded).all()) pairs.addAll(each.pairs(forms));
        var calibration = Calibration.of(pairs);
        out.println(calibration.table());
        out.flush();
        if (json != null)
            calibration.write(json, model, spec.commandLine().getParseResult().originalArgs());
        if (chart != null) for (UpdateEncoding form : forms) CurveChart.save(pairs, form, numbered(chart, form));
        return 0;
    }

    /** curves.svg becomes curves-int8.svg. */
    private static Path numbered(Path file, UpdateEncoding form) {
        String name = file.getFileName().toString().replaceFirst("(\\.svg)?$", "");
        return file.resolveSibling(name + "-" + form.name().toLowerCase(Locale.ROOT) + ".svg");
    }

    private List<List<Pair>> runs() throws InterruptedException, ExecutionException {
        var folder = temporary();
        var blobs = new FolderBlobStore(folder);
        var local =
                new LocalSteps(steps, batch, batch, context(), rate, Math.min(3, steps - 1), 0.9, 0.95, 1e-8, 0.1, 1.0);
        var text = new CorpusRequest(corpus, null, Corpus.DEFAULT_HELD_OUT_SHARE, false)
                .build(folder, new ByteTokenizer(), blobs);
        try (var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            var pending = new ArrayList<Future<List<Pair>>>();
            for (long seed : seeds) pending.add(threads.submit(() -> run(local, text, blobs, seed)));
            var all = new ArrayList<List<Pair>>();
            for (var each : pending) all.add(each.get());
            return all;
        }
    }

    private int context() {
        return Math.min(64, ModelChoice.config(model).context());
    }

    private List<Pair> run(LocalSteps local, Corpus text, FolderBlobStore blobs, long seed) {
        var pairs = new ArrayList<Pair>();
        var plan = new CalibrationRun.Plan(ModelChoice.config(model), local, tasks, doublesEvery, cheatsEvery, seed);
        var schedule = new WindowSchedule(text.train(), local.context(), local.windows(), seed);
        try (var run = new CalibrationRun(plan, schedule, blobs, forms, pairs::add)) {
            run.run();
        }
        return pairs;
    }

    private static Path temporary() {
        try {
            var folder = Files.createTempDirectory("calibrate");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
