package org.decentralizedai.compress;

/**
 * Every {@code parts}-th parameter, beginning with number {@code part}: what a task sends of its update, so that the tasks of a
 * round together cover all parameters (a structured update in the sense of Konečný et al. 2016). Unlike the greatest values
 * it needs no positions, is without bias and is known before the task is computed.
 */
public record Slice(int part, int parts) {
    /** All parameters. */
    public static final Slice WHOLE = new Slice(0, 1);

    public static final int MOST_PARTS = 64;

    public Slice {
        if (parts < 1 || parts > MOST_PARTS)
            throw new IllegalArgumentException("parts must be in 1.." + MOST_PARTS + ": parts=" + parts);
        if (part < 0 || part >= parts)
            throw new IllegalArgumentException("part must be in 0.." + (parts - 1) + ": part=" + part);
    }

    /** How many of so many parameters it has. */
    public int length(int parameters) {
        return (int) (((long) parameters - part + parts - 1) / parts);
    }

    /** Which of all parameters is at a place of it. */
    public int parameter(int place) {
        return part + place * parts;
    }

    /** Its values, in order; all of them for {@link #WHOLE}, not copied. */
    public float[] of(float[] update) {
        if (parts == 1) return update;
        float[] values = new float[length(update.length)];
        for (int i = 0; i < values.length; i++) values[i] = update[parameter(i)];
        return values;
    }
}
