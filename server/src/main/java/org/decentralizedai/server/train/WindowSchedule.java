package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.CorpusWindows;

/**
 * Which windows a task trains on, as a pure function of the task's number: no two tasks of one pass over the corpus share a
 * window, and each pass shuffles the shards' windows and the order of the tasks anew.
 */
public final class WindowSchedule {
    private final List<CorpusShard> shards;
    private final long runSeed;
    private final int windowsPerTask;
    private final int[] firstTask; // of shard i in a pass, before shuffling; the last entry is the number of tasks
    private long shuffledPass = -1;
    private WindowOrder order;

    public WindowSchedule(List<CorpusShard> shards, int context, int windowsPerTask, long runSeed) {
        this.shards = List.copyOf(shards);
        this.windowsPerTask = windowsPerTask;
        this.runSeed = runSeed;
        firstTask = new int[shards.size() + 1];
        for (int i = 0; i < shards.size(); i++)
            firstTask[i + 1] = firstTask[i] + WindowOrder.count(shards.get(i).tokens(), context) / windowsPerTask;
        if (tasksPerPass() == 0)
            throw new IllegalArgumentException("corpus is too small: no shard holds the " + windowsPerTask
                    + " windows of " + context + " tokens that one task trains on");
        order = new WindowOrder(0, 0);
    }

    public int tasksPerPass() {
        return firstTask[shards.size()];
    }

    /** @param task number in the run, from 0 */
    public synchronized CorpusWindows windows(long task) {
        long pass = task / tasksPerPass();
        if (pass != shuffledPass) {
            order = new WindowOrder(seed(pass, shards.size()), tasksPerPass());
            shuffledPass = pass;
        }
        int slot = order.window((int) (task % tasksPerPass()));
        int shard = 0;
        while (firstTask[shard + 1] <= slot) shard++;
        int first = (slot - firstTask[shard]) * windowsPerTask;
        return new CorpusWindows(shards.get(shard).hash(), seed(pass, shard), first, windowsPerTask);
    }

    private long seed(long pass, int shard) {
        long mixed = new SplitMix64(runSeed + pass).nextLong();
        return new SplitMix64(mixed + shard).nextLong();
    }
}
