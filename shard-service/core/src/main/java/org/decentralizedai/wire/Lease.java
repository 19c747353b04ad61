package org.decentralizedai.wire;

/**
 * Names one lease of one task. A task that comes back unfinished is leased again under a larger {@code fence}; only the
 * newest fence completes it.
 */
public record Lease(long taskId, long fence) {
    public Lease {
        if (taskId < 0 || fence < 0)
            throw new IllegalArgumentException("must be >= 0: taskId=" + taskId + ", fence=" + fence);
    }
}
