package org.decentralizedai.compress;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does an encoding cost one thread? Values per microsecond; times 0.004 that is GB/s of the dense f32 update.
 * decodeAdd includes the check that comes before the first addition.
 *
 * <pre>
 * mvn -B -q -Dfast test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath -pl shard-service/core -am
 * cd shard-service/core
 * java -cp target/test-classes:target/classes:$(cat target/classpath) org.openjdk.jmh.Main UpdateCodecBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class UpdateCodecBenchmark {
    private static final int VALUES = 1 << 20;

    @Param
    UpdateEncoding encoding = UpdateEncoding.F32;

    private final float[] update = Updates.HEAVY_TAILED.of(VALUES, 1), floats = new float[VALUES];
    private final double[] doubles = new double[VALUES];
    private byte[] encoded = {};

    @Setup
    public void encodeOnce() {
        encoded = UpdateCodec.encode(encoding, update);
    }

    @Benchmark
    @OperationsPerInvocation(VALUES)
    public byte[] encode() {
        return UpdateCodec.encode(encoding, update);
    }

    @Benchmark
    @OperationsPerInvocation(VALUES)
    public float[] decodeAddFloats() {
        UpdateCodec.decodeAdd(encoding, encoded, 0.25, floats);
        return floats;
    }

    @Benchmark
    @OperationsPerInvocation(VALUES)
    public double[] decodeAddDoubles() {
        UpdateCodec.decodeAdd(encoding, encoded, 0.25, doubles);
        return doubles;
    }
}
