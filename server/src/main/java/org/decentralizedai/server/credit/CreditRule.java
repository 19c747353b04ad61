package org.decentralizedai.server.credit;

import org.decentralizedai.model.ModelConfig;

/**
 * What a task earns: the floating-point operations that training on its tokens takes by the model's formula, whatever the
 * device needed for them. The unit is BOINC's: 1 credit is 1/200 of a day of a machine of 1 GFLOP/s, 432 GFLOP. Counted in
 * whole millionths, rounded down, so that sums are exact.
 *
 * @param flopsPerToken see {@link ModelConfig#trainingFlopsPerToken()}
 */
public record CreditRule(long flopsPerToken) {
    private static final long FLOPS_PER_MICRO_CREDIT = 86_400 / 200 * 1_000_000_000L / 1_000_000;

    public CreditRule {
        if (flopsPerToken <= 0) throw new IllegalArgumentException("flopsPerToken must be > 0: " + flopsPerToken);
    }

    public static CreditRule of(ModelConfig model) {
        return new CreditRule(Math.round(model.trainingFlopsPerToken()));
    }

    /** @throws ArithmeticException above 9.2e18 operations */
    public long microCredits(int tokens) {
        if (tokens < 0) throw new IllegalArgumentException("tokens must be >= 0: " + tokens);
        return Math.multiplyExact(tokens, flopsPerToken) / FLOPS_PER_MICRO_CREDIT;
    }
}
