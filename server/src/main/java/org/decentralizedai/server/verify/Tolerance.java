package org.decentralizedai.server.verify;

import org.decentralizedai.compress.UpdateEncoding;

/**
 * What two updates of one task may differ by.
 *
 * @param relative greatest relative distance
 * @param cosine least cosine. It follows and refuses nothing more: a relative distance of r at most means a cosine of √(1 − r²) at least, which
 *     is above 1 − r². Calibrated by themselves, cosines past the farthest honest pair of docs/results (0.99941 for INT8) would refuse from
 *     r = 0.035 on instead of 0.04
 */
public record Tolerance(double relative, double cosine) {

    /** With the cosine that is implied, rounded down. */
    private static Tolerance of(double relative) {
        return new Tolerance(relative, 1 - relative * relative);
    }

    /**
     * Twice the 99.9 % quantile of honest pairs, rounded up past the farthest of them (docs/verification.md). For signs that is past a
     * tenth of noise on honest work too, which gains nothing and costs the round little. Another model, longer
     * tasks or other devices want their own calibration before money depends on it.
     *
     * @throws IllegalArgumentException for forms that drop values: which ones are dropped is a matter of rounding too
     */
    public static Tolerance of(UpdateEncoding encoding) {
        return switch (encoding) {
            case F32, INT8 -> of(0.04);
            case INT4 -> of(0.1);
            case SIGN -> of(0.03);
            case TOP256_4BIT, TOP256_2BIT, TOP128_4BIT, TOP128_2BIT, TOP64_4BIT, TOP64_2BIT ->
                throw new IllegalArgumentException(
                        "no tolerance tells honest updates from others in this form: " + encoding);
        };
    }

    /**
     * Of two updates of which only the codes are known. For signs that is another measure: counted alike, those of the nearest cheat of
     * docs/verification.md, one step less of eight, are 0.236 away at the least, and 0.1 % of the honest pairs with operands of f16
     * 0.278 and more. What is below differs by no such cheat; of what is above somebody has to say who is right.
     */
    public static Tolerance between(UpdateEncoding encoding) {
        return encoding == UpdateEncoding.SIGN ? of(0.2) : of(encoding);
    }

    public boolean accepts(Agreement agreement) {
        return agreement.relative() <= relative && agreement.cosine() >= cosine;
    }
}
