package org.decentralizedai.server.aggregate;

/**
 * What an update x becomes in the mean: weight · ((1 − pull) · scale · x + pull · centre), over the sum of the weights.
 *
 * @param scale of the clip to the median norm
 * @param pull of the centred clip
 */
public record Share(double weight, double scale, double pull, Finding finding) {
    /** Of a mean without any of this. */
    public static Share plain(double weight) {
        return new Share(weight, 1, 0, Finding.FINE);
    }
}
