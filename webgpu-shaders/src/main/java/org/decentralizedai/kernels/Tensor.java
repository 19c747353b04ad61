package org.decentralizedai.kernels;

import static java.util.Objects.requireNonNull;

/** A matrix that lies in a device's memory from {@code offset} on, rows packed. Views share memory. Immutable itself. */
public final class Tensor {
    private final Storage storage;
    private final int offset;
    private final Shape shape;

    public Tensor(Storage storage, int offset, Shape shape) {
        this.storage = requireNonNull(storage, "storage is null");
        this.shape = requireNonNull(shape, "shape is null");
        this.offset = offset;
        if (offset < 0 || shape.size() > storage.length() - offset)
            throw new IllegalArgumentException(
                    "outside its storage: offset=" + offset + ", shape=" + shape + ", length=" + storage.length());
    }

    public Storage storage() {
        return storage;
    }

    /** Elements before the first one. */
    public int offset() {
        return offset;
    }

    public Shape shape() {
        return shape;
    }

    public int rows() {
        return shape.rows();
    }

    public int columns() {
        return shape.columns();
    }

    public int size() {
        return shape.size();
    }

    /** The same memory from {@code start} elements after this tensor's first one. */
    public Tensor view(int start, Shape part) {
        if (start < 0 || part.size() > size() - start)
            throw new IllegalArgumentException(
                    "outside the tensor: start=" + start + ", part=" + part + ", shape=" + shape);
        return new Tensor(storage, offset + start, part);
    }

    /** The first {@code rows} rows. */
    public Tensor firstRows(int rows) {
        return view(0, Shape.of(rows, columns()));
    }

    @Override
    public String toString() {
        return "Tensor" + shape + "@" + offset;
    }
}
