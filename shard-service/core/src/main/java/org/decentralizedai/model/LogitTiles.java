package org.decentralizedai.model;

/**
 * How the rows of a micro-batch are parted for the output layer, whose logits are the widest of all activations: those of one
 * tile of rows exist at a time, in at most 16 MiB. One tile where all rows fit. What a tile's rows add to the head's gradient is
 * summed tile by tile, so that the tiles are a matter of the task's sizes alone, not of the device.
 *
 * @param rows of a micro-batch
 * @param tile rows of a tile; the last one may have fewer
 */
public record LogitTiles(int rows, int tile) {
    private static final int MOST_ELEMENTS = 1 << 22;

    /** Rows between which views may begin on any device; the largest vocabulary has room for that many. */
    private static final int ALIGNMENT = ParameterLayout.ALIGNMENT;

    public LogitTiles {
        if (tile <= 0 || tile > rows) throw new IllegalArgumentException("tile must be in 1.." + rows + ": " + tile);
    }

    /** As few as fit, of equal size. */
    public static LogitTiles of(int rows, int vocabulary) {
        if ((long) rows * vocabulary <= MOST_ELEMENTS) return new LogitTiles(rows, rows);
        int most = MOST_ELEMENTS / vocabulary / ALIGNMENT * ALIGNMENT;
        int even = parts(rows, parts(rows, most));
        return new LogitTiles(rows, parts(even, ALIGNMENT) * ALIGNMENT);
    }

    public int count() {
        return parts(rows, tile);
    }

    /** First row of a tile. */
    int first(int i) {
        return i * tile;
    }

    /** Rows of a tile. */
    int size(int i) {
        return Math.min(tile, rows - first(i));
    }

    private static int parts(int size, int part) {
        return (size + part - 1) / part;
    }
}
