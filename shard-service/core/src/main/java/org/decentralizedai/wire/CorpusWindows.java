package org.decentralizedai.wire;

/**
 * The training data of a task: ranks {@code first .. first + count - 1} of the order that {@code seed} gives the windows of
 * one corpus shard ({@link org.decentralizedai.model.WindowOrder}).
 *
 * @param shard token ids, 16 bits each, little-endian
 */
public record CorpusWindows(Sha256 shard, long seed, int first, int count) {
    public CorpusWindows {
        if (first < 0 || count <= 0)
            throw new IllegalArgumentException("bad ranks: first=" + first + ", count=" + count);
    }
}
