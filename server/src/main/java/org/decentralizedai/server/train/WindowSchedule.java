package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.CorpusWindows;

/**
 * Which windows a portion of the corpus has, as a pure function of its number: no two portions of one pass over the corpus share
 * a window, and each pass shuffles the shards' windows and the order of the portions anew. Tasks share portions.
 */
public final class WindowSchedule {
    private static final int TASKS_PER_PORTION = 32;
    private static final double MOST_LEFT_OUT = 0.02; // of a pass, because portions are not small

    private final List<CorpusShard> shards;
    private final long runSeed;
    private final int windowsPerPortion;
    private final int[]
            firstPortion; // of shard i in a pass, before shuffling; the last entry is the number of portions
    private long shuffledPass = -1;
    private WindowOrder order;

    public WindowSchedule(List<CorpusShard> shards, int context, int windowsPerPortion, long runSeed) {
        this.shards = List.copyOf(shards);
        this.windowsPerPortion = windowsPerPortion;
        this.runSeed = runSeed;
        firstPortion = new int[shards.size() + 1];
        for (int i = 0; i < shards.size(); i++)
            firstPortion[i + 1] =
                    firstPortion[i] + WindowOrder.count(shards.get(i).tokens(), context) / windowsPerPortion;
        if (portionsPerPass() == 0)
            throw new IllegalArgumentException("corpus is too small: no shard holds the " + windowsPerPortion
                    + " windows of " + context + " tokens that one portion has");
        order = new WindowOrder(0, 0);
    }

    /**
     * Windows of a portion. Where all tasks are whole each has a portion of its own; where they are sized many share one, so that its
     * end, which is less than a task wants, comes seldom. What a shard has beyond whole portions is left out of the pass: not much more
     * of it than with small portions.
     *
     * @param task windows of a whole task
     */
    static int portion(List<CorpusShard> shards, int context, int task, boolean sized) {
        if (!sized) return task;
        long most = covered(shards, context, task);
        int tasks = TASKS_PER_PORTION;
        while (tasks > 1 && covered(shards, context, tasks * task) < (1 - MOST_LEFT_OUT) * most) tasks--;
        return tasks * task;
    }

    private static long covered(List<CorpusShard> shards, int context, int portion) {
        return shards.stream()
                .mapToLong(shard -> (long) WindowOrder.count(shard.tokens(), context) / portion * portion)
                .sum();
    }

    public int portionsPerPass() {
        return firstPortion[shards.size()];
    }

    CorpusWindows windows(Work work) {
        if (work.windows() > windowsPerPortion - work.first())
            throw new IllegalArgumentException("a portion has " + windowsPerPortion + " windows: " + work);
        var whole = windows(work.portion());
        return new CorpusWindows(whole.shard(), whole.seed(), whole.first() + work.first(), work.windows());
    }

    /** All of a portion. @param portion number in the run, from 0 */
    public synchronized CorpusWindows windows(long portion) {
        long pass = portion / portionsPerPass();
        if (pass != shuffledPass) {
            order = new WindowOrder(seed(pass, shards.size()), portionsPerPass());
            shuffledPass = pass;
        }
        int slot = order.window((int) (portion % portionsPerPass()));
        int shard = 0;
        while (firstPortion[shard + 1] <= slot) shard++;
        int first = (slot - firstPortion[shard]) * windowsPerPortion;
        return new CorpusWindows(shards.get(shard).hash(), seed(pass, shard), first, windowsPerPortion);
    }

    private long seed(long pass, int shard) {
        long mixed = new SplitMix64(runSeed + pass).nextLong();
        return new SplitMix64(mixed + shard).nextLong();
    }
}
