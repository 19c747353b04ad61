package org.decentralizedai.server.state;

/**
 * What a lease gives out, or what an update was computed from: steps over consecutive windows of a portion of the corpus.
 *
 * @param portion number in the run
 * @param first of the portion's windows
 * @param batch windows of a step
 */
public record Work(long portion, int first, int steps, int batch) {
    public Work {
        if (portion < 0 || first < 0 || steps <= 0 || batch <= 0)
            throw new IllegalArgumentException("must be portion, first >= 0, steps, batch > 0: " + portion + ", "
                    + first + ", " + steps + ", " + batch);
    }

    public int windows() {
        return steps * batch;
    }

    /** As much of it as so many steps trained on. */
    public Work done(int steps) {
        return new Work(portion, first, steps, batch);
    }
}
