package org.decentralizedai.worker;

import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.wire.CorpusWindows;

/** The windows of one task, numbered from 0 in the order they are trained on. */
public final class TaskWindows {
    private static final int TOKEN_BYTES = 2;

    private final byte[] shard;
    private final CorpusWindows data;
    private final WindowOrder order;
    private final int context;

    /**
     * @param shard token ids, 16 bits each, little-endian
     * @throws IllegalArgumentException when the shard does not hold these windows
     */
    public TaskWindows(byte[] shard, CorpusWindows data, int context) {
        if (shard.length % TOKEN_BYTES != 0)
            throw new IllegalArgumentException("a corpus shard must have whole tokens: bytes=" + shard.length);
        int windows = WindowOrder.count(shard.length / TOKEN_BYTES, context);
        if (data.count() > windows - data.first())
            throw new IllegalArgumentException(
                    "the shard has " + windows + " windows: first=" + data.first() + ", count=" + data.count());
        this.shard = shard;
        this.data = data;
        this.context = context;
        order = new WindowOrder(data.seed(), windows);
    }

    /** Ids of {@code count} windows from number {@code first} on, one window after the other. */
    public int[] inputs(int first, int count) {
        return ids(first, count, 0);
    }

    /** For each input the id that follows it. */
    public int[] targets(int first, int count) {
        return ids(first, count, 1);
    }

    private int[] ids(int first, int count, int shift) {
        int[] ids = new int[count * context];
        for (int i = 0; i < count; i++) {
            int from = order.window(data.first() + first + i) * context + shift;
            for (int t = 0; t < context; t++) ids[i * context + t] = id(from + t);
        }
        return ids;
    }

    private int id(int position) {
        int at = TOKEN_BYTES * position;
        return shard[at] & 255 | (shard[at + 1] & 255) << 8;
    }
}
