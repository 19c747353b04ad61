package org.decentralizedai.worker.bench;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.worker.bench.StepBenchmark.Case;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench native}: prints a line of JSON for each measurement. */
@Command(
        name = "bench native",
        mixinStandardHelpOptions = true,
        description =
                "Matrix products against OpenBLAS in GFLOP/s and training steps against PyTorch in tokens per second,"
                        + " in turn within one run, a line of JSON each. 'ratio' is ours / peer: greater than 1 is faster.")
public final class NativeBenchmark implements Callable<Integer> {
    @Option(names = "--threads", description = "threads of both sides (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--rounds", description = "rounds of each side (default: ${DEFAULT-VALUE})")
    private int rounds = 9;

    @Option(names = "--only", description = "measure only what contains this, e.g. 'ABT' or 'step'")
    private String only = "";

    @Option(
            names = "--cpu",
            description = "on one thread, and by seconds of its processor time: for a machine that has other work too")
    private boolean cpu;

    public static void main(String[] args) {
        System.exit(new CommandLine(new NativeBenchmark()).execute(args));
    }

    @Override
    public Integer call() {
        if (rounds < 1 || threads < 1)
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--rounds and --threads must be >= 1: " + rounds + ", " + threads);
        if (cpu) threads = 1;
        Predicate<Object> wanted = what -> what.toString().contains(only);
        var inTurn = new Rounds(rounds, cpu);
        try (var blas = new OpenBlas(threads)) {
            var benchmark = new GemmBenchmark(blas, inTurn, threads);
            GemmBenchmark.products().stream()
                    .filter(product -> wanted.test("gemm " + product))
                    .forEach(benchmark::run);
        }
        var step = new StepBenchmark(inTurn, threads);
        List.of(new Case("tiny", ModelConfig.tiny(), 12), new Case("nano", ModelConfig.nano(), 8)).stream()
                .filter(model -> wanted.test("step " + model))
                .forEach(step::run);
        return 0;
    }
}
