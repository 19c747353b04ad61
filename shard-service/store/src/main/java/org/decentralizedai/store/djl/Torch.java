package org.decentralizedai.store.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/**
 * Starts PyTorch once for the process: one computing thread for each calling thread unless told otherwise, no look at the
 * network, and DJL's usage reports off.
 */
public final class Torch {
    private static final String THREADS = "ai.djl.pytorch.num_threads";
    private static boolean started;

    private Torch() {}

    /**
     * Threads that one operation may use; 1 unless called.
     *
     * @throws IllegalStateException when PyTorch runs already with another number
     */
    public static synchronized void threads(int count) {
        if (count < 1) throw new IllegalArgumentException("threads must be >= 1: count=" + count);
        if (started && Integer.getInteger(THREADS, 1) != count)
            throw new IllegalStateException("PyTorch runs already with " + System.getProperty(THREADS) + " threads");
        System.setProperty(THREADS, String.valueOf(count));
    }

    /** Room for arrays, closed by the caller. */
    static synchronized NDManager manager() {
        if (!started) {
            setDefault(THREADS, "1");
            setDefault("ai.djl.pytorch.num_interop_threads", "1");
            setDefault("ai.djl.offline", "true");
            setDefault("OPT_OUT_TRACKING", "true");
            started = true;
        }
        return Engine.getEngine("PyTorch").newBaseManager();
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) System.setProperty(property, value);
    }
}
