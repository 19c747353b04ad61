package org.decentralizedai.server.train;

/**
 * Which checkpoints are kept: the newest, then ever fewer of the older ones.
 *
 * @param recent newest rounds, all kept, and the updates of these rounds too: while both are there, anybody can compute them again
 * @param tenthsFor every tenth of so many rounds before
 * @param hundredths whether every hundredth is kept for ever
 */
public record Retention(int recent, int tenthsFor, boolean hundredths) {
    public Retention {
        if (recent < 2)
            throw new IllegalArgumentException("recent must be >= 2: workers still load the last: " + recent);
        if (tenthsFor < 0) throw new IllegalArgumentException("tenthsFor must be >= 0: " + tenthsFor);
    }

    boolean keeps(int round, int current) {
        if (round >= oldestRecent(current)) return true;
        if (hundredths && round % 100 == 0) return true;
        return round % 10 == 0 && round > current - tenthsFor;
    }

    int oldestRecent(int current) {
        return current - recent + 1;
    }
}
