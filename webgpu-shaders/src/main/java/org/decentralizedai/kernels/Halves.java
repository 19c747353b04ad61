package org.decentralizedai.kernels;

import static java.util.Objects.requireNonNull;

/**
 * Numbers in a device's memory in half the room of a {@link Tensor}: IEEE 754 binary16, two a 32-bit word, the first in the
 * lower half. Only {@link Kernels#narrow} and {@link Kernels#widen} know them. Immutable itself.
 */
public record Halves(Storage storage, Shape shape) {
    /** The greatest finite one: what is beyond becomes it. */
    public static final float GREATEST = 65504;

    public Halves {
        requireNonNull(storage, "storage is null");
        if (storage.length() < words(shape))
            throw new IllegalArgumentException("storage too small: length=" + storage.length() + ", shape=" + shape);
    }

    /** 32-bit elements that they take. */
    public static int words(Shape shape) {
        return shape.size() / 2 + shape.size() % 2;
    }

    public int size() {
        return shape.size();
    }
}
