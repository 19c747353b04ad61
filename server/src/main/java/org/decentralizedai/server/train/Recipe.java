package org.decentralizedai.server.train;

import java.time.Duration;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.LocalSteps;

/**
 * How a model is trained.
 *
 * @param steps of each task
 * @param minTasks of a round
 * @param maxTasks of a round; between both it is the number of workers that are online
 * @param outerRate α: θ ← θ − α · (mean update, with momentum)
 * @param outerMomentum μ of Nesterov's momentum (DiLoCo, Douillard et al. 2023); 0 for none
 * @param encoding of updates
 * @param stepEncoding in which outer steps are published, as deltas for workers that come back; F32: exactly, without deltas
 * @param leaseSeconds without a heartbeat after which a task goes to another worker
 * @param maxLeaseSeconds for all renewals together
 */
public record Recipe(
        LocalSteps steps,
        int minTasks,
        int maxTasks,
        double outerRate,
        double outerMomentum,
        UpdateEncoding encoding,
        UpdateEncoding stepEncoding,
        int leaseSeconds,
        int maxLeaseSeconds) {

    public Recipe {
        if (stepEncoding == null) stepEncoding = UpdateEncoding.INT8; // in JSON that does not name it
        if (minTasks <= 0 || maxTasks < minTasks)
            throw new IllegalArgumentException(
                    "must be 0 < minTasks <= maxTasks: minTasks=" + minTasks + ", maxTasks=" + maxTasks);
        if (!(outerRate > 0) || outerRate > 2)
            throw new IllegalArgumentException("outerRate must be in (0, 2]: outerRate=" + outerRate);
        if (!(outerMomentum >= 0) || outerMomentum >= 1)
            throw new IllegalArgumentException("outerMomentum must be in [0, 1): outerMomentum=" + outerMomentum);
        if (leaseSeconds <= 0 || maxLeaseSeconds < leaseSeconds)
            throw new IllegalArgumentException("must be 0 < leaseSeconds <= maxLeaseSeconds: leaseSeconds="
                    + leaseSeconds + ", maxLeaseSeconds=" + maxLeaseSeconds);
    }

    /** The start values for a model that is called so; those of {@code small} for any other name. */
    public static Recipe of(String modelName, int context) {
        return switch (modelName) {
            case "nano" -> preset(16, 8, 8, context, 3e-3, 2, 16, 120);
            case "tiny" -> preset(24, 16, 16, context, 2e-3, 2, 32, 180);
            case "base" -> preset(32, 8, 1, context, 6e-4, 4, 64, 600);
            default -> preset(32, 8, 2, context, 1e-3, 4, 64, 300);
        };
    }

    private static Recipe preset(
            int steps, int batch, int microBatch, int context, double rate, int minTasks, int maxTasks, int lease) {
        var local = new LocalSteps(steps, batch, microBatch, context, rate, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
        return new Recipe(
                local, minTasks, maxTasks, 1.0, 0, UpdateEncoding.INT8, UpdateEncoding.INT8, lease, 5 * lease);
    }

    Duration lease() {
        return Duration.ofSeconds(leaseSeconds);
    }

    Duration maxLease() {
        return Duration.ofSeconds(maxLeaseSeconds);
    }

    int tasks(int workersOnline) {
        return Math.clamp(workersOnline, minTasks, maxTasks);
    }

    /**
     * The greatest change of one parameter that a task's AdamW steps can make, doubled for rounding. An Adam step is at most the
     * learning rate times the bound of Cauchy and Schwarz on m/√v over the gradients' history; decay adds its share of the
     * parameter.
     *
     * @param greatestWeight greatest |θ| of the checkpoint
     */
    double greatestChange(double greatestWeight) {
        double ratio = 1;
        double decayed = steps.beta1() * steps.beta1() / steps.beta2();
        if (decayed < 1) ratio = Math.max(1, (1 - steps.beta1()) / Math.sqrt((1 - steps.beta2()) * (1 - decayed)));
        double perStep = steps.learningRate() * (ratio + steps.weightDecay() * greatestWeight);
        return 2 * steps.steps() * perStep;
    }
}
