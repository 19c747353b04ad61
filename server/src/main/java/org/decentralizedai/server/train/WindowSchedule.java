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

    private final List<CorpusShard> shards;
    private final long runSeed;
    private final int context;
    private final int windowsPerPortion;
    private final int[]
            firstPortion; // of shard i in a pass, before shuffling; the last entry is the number of portions
    private long shuffledPass = -1;
    private WindowOrder order;

    /** Of portions that all have as many windows; what a shard has beyond them is left out of a pass. */
    public WindowSchedule(List<CorpusShard> shards, int context, int windowsPerPortion, long runSeed) {
        this(shards, context, windowsPerPortion, false, runSeed);
    }

    /** @param rests whether what a shard has beyond whole portions is a portion too, a smaller one */
    WindowSchedule(List<CorpusShard> shards, int context, int windowsPerPortion, boolean rests, long runSeed) {
        this.shards = List.copyOf(shards);
        this.context = context;
        this.windowsPerPortion = windowsPerPortion;
        this.runSeed = runSeed;
        firstPortion = new int[shards.size() + 1];
        int partly = rests ? windowsPerPortion - 1 : 0;
        for (int i = 0; i < shards.size(); i++)
            firstPortion[i + 1] = firstPortion[i] + (windowsOf(i) + partly) / windowsPerPortion;
        if (portionsPerPass() == 0)
            throw new IllegalArgumentException("corpus is too small: no shard holds the "
                    + (rests ? 1 : windowsPerPortion) + " windows of " + context + " tokens that one portion has");
        order = new WindowOrder(0, 0);
    }

    private int windowsOf(int shard) {
        return WindowOrder.count(shards.get(shard).tokens(), context);
    }

    /**
     * Windows of a portion. Where all tasks are whole each has a portion of its own; where they are sized many share one, so that its
     * end, which is less than a task wants, comes seldom.
     *
     * @param task windows of a whole task
     */
    static int portion(int task, boolean sized) {
        return sized ? TASKS_PER_PORTION * task : task;
    }

    public int portionsPerPass() {
        return firstPortion[shards.size()];
    }

    CorpusWindows windows(Work work) {
        var whole = windows(work.portion());
        if (work.windows() > whole.count() - work.first())
            throw new IllegalArgumentException("the portion has " + whole.count() + " windows: " + work);
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
        int count = Math.min(windowsPerPortion, windowsOf(shard) - first);
        return new CorpusWindows(shards.get(shard).hash(), seed(pass, shard), first, count);
    }

    private long seed(long pass, int shard) {
        long mixed = new SplitMix64(runSeed + pass).nextLong();
        return new SplitMix64(mixed + shard).nextLong();
    }
}
