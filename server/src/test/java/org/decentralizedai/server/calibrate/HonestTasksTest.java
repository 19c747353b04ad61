package org.decentralizedai.server.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.train.WindowSchedule;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.corpus.CorpusShard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody honest is punished, and nobody else passes. With {@code -Dslow=true} over 10,000 honest tasks, else over 400. */
class HonestTasksTest {
    /** Of each run: after a thousand the model knows the text, and what is left of its gradients is rounding. */
    private static final int TASKS = 200;

    private static final int RUNS = Boolean.getBoolean("slow") ? 25 : 1;
    private static final List<UpdateEncoding> FORMS =
            List.of(UpdateEncoding.F32, UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN);

    @TempDir
    Path folder;

    private List<Pair> pairs() {
        var blobs = new FolderBlobStore(folder);
        byte[] shard = text();
        var data = new CorpusShard(blobs.put(shard), shard.length / 2);
        var steps = Recording.STEPS;
        var schedule = new WindowSchedule(List.of(data), steps.context(), steps.windows(), 1);
        var pairs = new ArrayList<Pair>();
        for (int seed = 1; seed <= RUNS; seed++) {
            var plan = new CalibrationRun.Plan(Recording.MODEL, steps, TASKS, 50, TASKS / 20, seed);
            try (var run = new CalibrationRun(plan, schedule, blobs, FORMS, pairs::add)) {
                run.run();
            }
        }
        return pairs;
    }

    /**
     * Each letter is one of four that may follow the one before. A text without chance is soon known by heart: gradients vanish,
     * AdamW makes whole steps of their rounding errors, and honest updates part.
     */
    private static byte[] text() {
        var random = new Random(1);
        int letter = 0;
        var shard = ByteBuffer.allocate(200_000).order(ByteOrder.LITTLE_ENDIAN);
        while (shard.hasRemaining()) {
            letter = (5 * letter + random.nextInt(4)) % 26;
            shard.putShort((short) ('a' + letter));
        }
        return shard.array();
    }

    @Test
    void tolerance_acceptsEveryHonestTaskAndNoCheat() {
        var pairs = pairs();
        assertThat(pairs.stream().filter(Pair::honest).count())
                .isGreaterThanOrEqualTo(2L * RUNS * TASKS * FORMS.size());
        assertThat(pairs)
                .filteredOn(pair ->
                        pair.encoding() != UpdateEncoding.SIGN || !pair.source().equals(Cheat.TENTH_OF_NOISE.name()))
                .allSatisfy(pair -> assertThat(Tolerance.of(pair.encoding()).accepts(pair.agreement()))
                        .isEqualTo(pair.honest()));
    }
}
