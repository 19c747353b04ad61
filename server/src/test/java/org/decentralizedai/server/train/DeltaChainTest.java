package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeltaChainTest {
    private static final int BYTES = 1000;

    private final List<Round> rounds = new ArrayList<>();

    private static Sha256 hash(String name) {
        return Digests.of(name.getBytes(StandardCharsets.UTF_8));
    }

    /** @param bytes of the delta; 0 for none */
    private void add(String checkpoint, int bytes) {
        int number = rounds.size();
        var delta = bytes == 0 ? null : new RoundFiles.Delta(List.of(hash("delta" + number)), bytes);
        var files = new RoundFiles(hash("manifest" + checkpoint), hash(checkpoint), BYTES, null, null, delta, null);
        rounds.add(new Round(number, files, 0, 0, null, null, null, 0, false));
    }

    private List<Hop> hops() {
        return DeltaChain.to(
                        rounds.getLast(), number -> number < 0 ? Optional.empty() : Optional.of(rounds.get(number)))
                .hops();
    }

    private static Hop hop(String from, int round, int bytes) {
        return new Hop(hash(from), List.of(hash("delta" + round)), bytes);
    }

    @Test
    void firstRound_hasNone() {
        add("a", 0);
        assertThat(hops()).isEmpty();
    }

    @Test
    void rounds_areListedNewestLast() {
        add("a", 0);
        add("b", 200);
        add("c", 300);
        assertThat(hops()).containsExactly(hop("a", 1, 200), hop("b", 2, 300));
    }

    @Test
    void bytesTogether_stayBelowTheCheckpoints() {
        add("a", 0);
        for (String name : List.of("b", "c", "d", "e")) add(name, 250);
        assertThat(hops()).as("four would be as long").hasSize(3);
        add("f", 249);
        assertThat(hops()).hasSize(4).first().isEqualTo(hop("b", 2, 250));
    }

    @ParameterizedTest
    @CsvSource({"INT8, 3", "INT4, 7", "TOP64_2BIT, 16"})
    void presetOfAnySize_thatManyHopsFit(UpdateEncoding encoding, int hops) {
        int parameters = 1 << 20;
        int delta = CheckpointDelta.maxBytes(encoding, parameters);
        for (int i = 0; i < 20; i++) {
            var files = new RoundFiles(
                    hash("m" + i),
                    hash("c" + i),
                    4L * parameters,
                    null,
                    null,
                    i == 0 ? null : new RoundFiles.Delta(List.of(hash("delta" + i)), delta),
                    null);
            rounds.add(new Round(i, files, 0, 0, null, null, null, 0, false));
        }
        assertThat(hops()).hasSize(hops);
    }

    @Test
    void afterARollBack_beginsAnew() {
        add("a", 0);
        add("b", 100);
        add("c", 100);
        add("a", 0); // back
        assertThat(hops()).isEmpty();
        add("d", 100);
        assertThat(hops()).containsExactly(hop("a", 4, 100));
    }

    @Test
    void discardedRound_sameWeights_goesOn() {
        add("a", 0);
        add("b", 100);
        add("b", 0);
        assertThat(hops()).containsExactly(hop("a", 1, 100));
        add("c", 100);
        assertThat(hops()).containsExactly(hop("a", 1, 100), hop("b", 3, 100));
    }

    @Test
    void deltaThinned_chainEndsThere() {
        add("a", 0);
        add("b", 0);
        add("c", 100);
        assertThat(hops()).containsExactly(hop("b", 2, 100));
    }
}
