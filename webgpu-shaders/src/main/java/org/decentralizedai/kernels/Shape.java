package org.decentralizedai.kernels;

/** A row-major matrix of {@code rows} by {@code columns}. Batches and time are folded into the rows. */
public record Shape(int rows, int columns) {
    public Shape {
        if (rows <= 0 || columns <= 0)
            throw new IllegalArgumentException("sizes must be > 0: rows=" + rows + ", columns=" + columns);
        if ((long) rows * columns > Integer.MAX_VALUE)
            throw new IllegalArgumentException("too many elements: rows=" + rows + ", columns=" + columns);
    }

    public static Shape of(int rows, int columns) {
        return new Shape(rows, columns);
    }

    public static Shape vector(int length) {
        return new Shape(1, length);
    }

    public int size() {
        return rows * columns;
    }

    @Override
    public String toString() {
        return "(" + rows + "," + columns + ")";
    }
}
