package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.store.blob.Digests;
import org.junit.jupiter.api.Test;

final class AttackTest {
    private static final int LENGTH = 5000;

    private final Conspiracy alone = conspiracy(false), together = conspiracy(true);
    private final float[] update = Conspiracy.noise(LENGTH, new SplitMix64(999));

    /** In its third round. */
    private static Conspiracy conspiracy(boolean colluding) {
        var conspiracy = new Conspiracy(colluding, 0.5, 7);
        float[] weights = new float[LENGTH];
        for (int round = 0; round < 3; round++) {
            conspiracy.hear(Conspiracy.noise(LENGTH, new SplitMix64(100 + round)));
            weights = weights.clone();
            for (int i = 0; i < LENGTH; i++) weights[i] -= (i + 1) * (round + 1) * 1e-3f;
            conspiracy.published(Digests.of(new byte[] {(byte) round}), weights);
        }
        return conspiracy;
    }

    private float[] sent(Attack attack, Conspiracy with, long worker) {
        return attack.sent(update, with, worker, new SplitMix64(worker));
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
        return sum;
    }

    private static double cosine(float[] a, float[] b) {
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    @Test
    void sent_alone_isWhatTheNameSays() {
        assertThat(cosine(sent(Attack.SIGN_FLIP, alone, 1), update)).isCloseTo(-1, within(1e-6));
        assertThat(sent(Attack.TENFOLD, alone, 1)[3]).isEqualTo(10 * update[3]);
        assertThat(sent(Attack.POISON, alone, 1)[3]).isEqualTo(-0.49f * Math.signum(update[3]));
        assertThat(cosine(sent(Attack.NOISE, alone, 1), update)).isCloseTo(0, within(0.06));
        assertThat(sent(Attack.COPY, alone, 1)).isEqualTo(Conspiracy.noise(LENGTH, new SplitMix64(102)));
        assertThat(cosine(sent(Attack.DRIFT, alone, 1), update)).isCloseTo(Math.sqrt(0.9), within(0.02));
        assertThat(sent(Attack.ZERO, alone, 1)).containsOnly(0);
        assertThat(sent(Attack.NOT_A_NUMBER, alone, 1)).containsOnly(Float.NaN);
    }

    @Test
    void drift_alone_isOfEachWorkersOwn_inLeagueOfAll() {
        float[] first = minus(sent(Attack.DRIFT, alone, 1)), second = minus(sent(Attack.DRIFT, alone, 2));
        assertThat(cosine(first, second)).isCloseTo(0, within(0.06));
        assertThat(cosine(first, minus(sent(Attack.DRIFT, alone, 1)))).isCloseTo(1, within(1e-6));
        assertThat(cosine(minus(sent(Attack.DRIFT, together, 1)), minus(sent(Attack.DRIFT, together, 2))))
                .isCloseTo(1, within(1e-6));
    }

    private float[] minus(float[] sent) {
        float[] difference = sent.clone();
        for (int i = 0; i < LENGTH; i++) difference[i] -= update[i];
        return difference;
    }

    /** So long as honest ones and not the same, yet of one direction. */
    @Test
    void sent_together_isDisguised() {
        for (var attack : new Attack[] {Attack.SIGN_FLIP, Attack.TENFOLD, Attack.NOISE, Attack.COPY}) {
            float[] one = sent(attack, together, 1), other = sent(attack, together, 2);
            assertThat(cosine(one, other)).as("%s", attack).isCloseTo(0.64, within(0.05));
            assertThat(dot(one, one) / dot(update, update)).isCloseTo(1, within(0.05));
        }
        assertThat(cosine(sent(Attack.SIGN_FLIP, together, 1), requireNonNull(together.lastStep())))
                .isCloseTo(-0.8, within(0.03));
    }
}
