package org.decentralizedai.server.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LossGateTest {
    private final List<Round> rounds = new ArrayList<>();

    private static Sha256 hash(int i) {
        return Digests.of(new byte[] {(byte) i, (byte) (i >> 8)});
    }

    /** A round with weights of its own. */
    private LossGateTest then(@Nullable Double bits) {
        return add(bits, rounds.size(), false);
    }

    /** The same round with the weights of an earlier one. */
    private LossGateTest back(int to) {
        return add(rounds.get(to).heldOutBits(), checkpoint(to), false);
    }

    private int checkpoint(int round) {
        for (int i = 0; i <= round; i++)
            if (rounds.get(i)
                    .files()
                    .checkpoint()
                    .equals(rounds.get(round).files().checkpoint())) return i;
        throw new IllegalStateException();
    }

    private LossGateTest add(@Nullable Double bits, int checkpoint, boolean thinned) {
        var files = new RoundFiles(hash(checkpoint), hash(checkpoint), 1, null, null, null);
        rounds.add(new Round(rounds.size(), files, 0, 0, null, bits, bits == null ? null : 0.01, 0, thinned));
        return this;
    }

    private LossGate.@Nullable Jump look() {
        return LossGate.look(rounds, true).orElse(null);
    }

    private @Nullable Integer good() {
        return requireNonNull(look()).good();
    }

    @Property
    void falling_withNoise_isNoJump(@ForAll long seed) {
        rounds.clear();
        var random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            then(2 + 4 * Math.exp(-i / 10.0) + 0.01 * random.nextGaussian());
            assertThat(look()).isNull();
        }
    }

    @Test
    void aboveOnce_waits_twice_goesBackToTheLastGood() {
        then(4.0).then(3.0).then(3.01).then(3.3);
        assertThat(look()).isNull();
        then(3.2);
        assertThat(good()).isEqualTo(2);
        assertThat(requireNonNull(look()).why()).contains("3.2000 in round 4", "3.0000");
    }

    @Test
    void aboveOnceAndBack_isNoJump() {
        then(3.0).then(3.3).then(3.0).then(3.3);
        assertThat(look()).isNull();
    }

    @Test
    void huge_orNoNumber_isAJumpAtOnce() {
        then(3.0).then(4.0);
        assertThat(good()).isZero();
        rounds.clear();
        then(3.0).then(null);
        assertThat(LossGate.look(rounds, false).orElseThrow().good()).isZero();
    }

    @Test
    void firstRound_isMeasuredByNothing() {
        then(8.0);
        assertThat(look()).isNull();
        assertThat(LossGate.look(rounds, false)).isEmpty();
    }

    @Test
    void unscoredRounds_arePassedOver() {
        then(3.0).then(null).then(3.3).then(null).then(3.3);
        assertThat(good()).isZero();
    }

    @Test
    void thinnedCheckpoint_isNotGoneBackTo() {
        then(3.0).add(3.0, 1, true).then(4.0);
        assertThat(good()).isZero();
    }

    @Test
    void nothingStored_goesNowhereAndSaysSo() {
        add(3.0, 0, true).then(4.0);
        assertThat(good()).isNull();
        assertThat(requireNonNull(look()).why()).contains("no good checkpoint");
    }

    /** What was left behind counts neither as good nor as bad. */
    @Test
    void afterGoingBack_theAncestryCounts() {
        then(3.0).then(2.9).then(4.0).back(1).then(2.95);
        assertThat(look()).isNull();
        assertThat(LossGate.ancestry(rounds)).extracting(Round::number).containsExactly(4, 3, 1, 0);
    }

    @Test
    void sameJumpAgainAndAgain_ends() {
        then(3.0);
        int returns = 0;
        for (then(4.0); good() != null; then(4.0)) {
            back(0);
            returns++;
        }
        assertThat(returns).isEqualTo(LossGate.RETURNS_TO_ONE);
        assertThat(requireNonNull(look()).why()).contains("did not help");
    }

    /** One good round between the jumps: it ends, too. */
    @Test
    void jumpsWithProgressBetween_end() {
        then(3.0);
        int returns = 0;
        for (int i = 1; i < 100; i++) {
            then(3.0 - 1e-3 * i).then(4.0);
            if (good() == null) break;
            back(good());
            returns++;
        }
        assertThat(returns).isEqualTo(LossGate.RETURNS);
    }

    @Test
    void stepsThatChangeNothing_areNoReturns() {
        then(3.0);
        for (int i = 0; i < 20; i++) back(rounds.size() - 1);
        then(4.0);
        assertThat(good()).isEqualTo(20);
    }
}
