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
 * What does a sliced update cost one thread, and what does it save to add it without a dense array between? Parameters of the
 * whole update per microsecond, as {@link UpdateCodecBenchmark} does, whose commands it shares.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class SliceBenchmark {
    private static final int PARAMETERS = 1 << 20;

    @Param({"SIGN", "INT4", "INT8"})
    UpdateEncoding encoding = UpdateEncoding.SIGN;

    @Param({"1", "2", "4"})
    int parts = 1;

    private final float[] update = Updates.HEAVY_TAILED.of(PARAMETERS, 1);
    private final double[] sum = new double[PARAMETERS];
    private final Sender sender = new Sender();
    private UpdateForm form = UpdateForm.whole(encoding);
    private byte[] encoded = {};

    @Setup
    public void encodeOnce() {
        form = new UpdateForm(encoding, new Slice(parts - 1, parts), 0);
        encoded = encode();
    }

    @Benchmark
    @OperationsPerInvocation(PARAMETERS)
    public byte[] encode() {
        return sender.encode(form, 1, update);
    }

    @Benchmark
    @OperationsPerInvocation(PARAMETERS)
    public double[] decodeAdd() {
        UpdateCodec.decodeAdd(encoding, encoded, form.slice(), 0.25, sum);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(PARAMETERS)
    public double[] decodeThenAdd() {
        var slice = form.slice();
        float[] values = UpdateCodec.decode(encoding, encoded, slice.length(PARAMETERS));
        for (int i = 0, at = slice.part(); i < values.length; i++, at += slice.parts()) sum[at] += 0.25 * values[i];
        return sum;
    }
}
