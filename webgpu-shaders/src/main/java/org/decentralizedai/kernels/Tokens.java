package org.decentralizedai.kernels;

import static java.util.Objects.requireNonNull;

/**
 * Token ids of a batch in a device's memory, with their inverse, so that the gradient of an embedding is gathered by
 * token instead of scattered by position: no atomics, one order of summation.
 *
 * <pre> 0     count   2 count  2 count + vocabulary + 1
 *       | ids | order | starts | </pre>
 *
 * {@code order} lists the positions sorted by (id, position); those of id {@code v} are
 * {@code order[starts[v] .. starts[v + 1])}.
 */
public final class Tokens {
    private final Storage storage;
    private final int count;
    private final int vocabulary;

    public Tokens(Storage storage, int count, int vocabulary) {
        this.storage = requireNonNull(storage, "storage is null");
        this.count = count;
        this.vocabulary = vocabulary;
        if (storage.length() < length(count, vocabulary))
            throw new IllegalArgumentException("storage too small: length=" + storage.length());
    }

    /** Elements that {@code count} tokens and their inverse take. */
    public static int length(int count, int vocabulary) {
        return 2 * count + vocabulary + 1;
    }

    /** The picture above, filled in. */
    public static int[] indexed(int[] ids, int vocabulary) {
        int count = ids.length;
        int[] all = new int[length(count, vocabulary)];
        for (int id : ids) {
            if (id < 0 || id >= vocabulary)
                throw new IllegalArgumentException(
                        "token outside the vocabulary: id=" + id + ", vocabulary=" + vocabulary);
            all[2 * count + id + 1]++;
        }
        for (int v = 0; v < vocabulary; v++) all[2 * count + v + 1] += all[2 * count + v];
        int[] next = new int[vocabulary];
        for (int i = 0; i < count; i++) {
            all[i] = ids[i];
            all[count + all[2 * count + ids[i]] + next[ids[i]]++] = i;
        }
        return all;
    }

    public Storage storage() {
        return storage;
    }

    public int count() {
        return count;
    }

    public int vocabulary() {
        return vocabulary;
    }
}
