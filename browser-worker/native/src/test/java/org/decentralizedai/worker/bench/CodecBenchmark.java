package org.decentralizedai.worker.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.vector.VectorKernels;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench codec}: prints a line of JSON for each form of update. */
@Command(
        name = "bench codec",
        mixinStandardHelpOptions = true,
        description =
                "Encodes the update of a task of 'tiny', and decodes and adds it as the server does, each on one thread,"
                        + " in GB/s of the whole update in f32; and what encoding costs beside the task, which is computed in turn"
                        + " with it. A line of JSON for each form of update.")
public final class CodecBenchmark implements Callable<Integer> {
    private static final String MODEL = "tiny";

    @Option(names = "--threads", description = "threads of the task (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--rounds", description = "rounds of each form (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--only", description = "measure only what contains this, e.g. 'SIGN' or 'of 4'")
    private String only = "";

    @Option(
            names = "--cpu",
            description = "on one thread, and by seconds of its processor time: for a machine that has other work too")
    private boolean cpu;

    public static void main(String[] args) {
        System.exit(new CommandLine(new CodecBenchmark()).execute(args));
    }

    @Override
    public Integer call() {
        if (rounds < 1 || threads < 1)
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--rounds and --threads must be >= 1: " + rounds + ", " + threads);
        if (cpu) threads = 1;
        var config = ModelConfig.tiny();
        // those of the recipe of tiny
        var steps = new LocalSteps(24, 16, 16, config.context(), 2e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1);
        try (var kernels = new VectorKernels(threads)) {
            var training = new LocalTraining(kernels, config, steps);
            training.load(RandomTask.packed(RandomTask.weights(config)), 0);
            var windows = RandomTask.windows(config, steps);
            measure(training.run(steps, windows).update(), () -> training.run(steps, windows));
        }
        return 0;
    }

    private void measure(float[] update, Runnable task) {
        double[] sum = new double[update.length];
        List<CodecCase> cases = CodecCase.forms().stream()
                .filter(form -> CodecCase.name(form).contains(only))
                .map(form -> new CodecCase(form, update, sum))
                .toList();
        var work = new ArrayList<Runnable>(List.of(task));
        cases.forEach(form -> work.addAll(List.of(form::encode, form::decodeAdd)));
        var inTurn = new Rounds(rounds, cpu);
        double[][] rates = inTurn.inTurn(work);
        for (int i = 0; i < cases.size(); i++)
            cases.get(i)
                    .line(MODEL, threads, inTurn.seconds(), rates[1 + 2 * i], rates[2 + 2 * i], rates[0])
                    .print();
    }
}
