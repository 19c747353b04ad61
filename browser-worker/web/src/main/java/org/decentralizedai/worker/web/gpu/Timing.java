package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.Tensor;
import org.teavm.jso.browser.Performance;

/** How long work takes on a device. */
final class Timing {
    private static final double ENOUGH_MILLIS = 8;
    private static final int MOST_TIMES = 256;

    private final GpuKernels kernels;

    Timing(GpuKernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Of doing the work once: the better of two runs, each of enough repetitions to be measured. Compiles first. Waits.
     *
     * @param work enqueues the same each time
     * @param result that is written, for waiting for it
     */
    double millis(Runnable work, Tensor result) {
        repeat(1, work, result);
        int times = 1;
        double took = repeat(times, work, result);
        while (took < ENOUGH_MILLIS && times < MOST_TIMES) {
            times = Math.min(MOST_TIMES, (int) Math.max(2 * times, times * ENOUGH_MILLIS / Math.max(took, 0.5)));
            took = repeat(times, work, result);
        }
        return Math.min(took, repeat(times, work, result)) / times;
    }

    private double repeat(int times, Runnable work, Tensor result) {
        double start = Performance.now();
        for (int i = 0; i < times; i++) work.run();
        kernels.read(result.firstRows(1));
        return Performance.now() - start;
    }
}
