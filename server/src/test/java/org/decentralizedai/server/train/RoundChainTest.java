package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.train.RoundCheck.Line;
import org.decentralizedai.server.train.RoundRecord.Correction;
import org.decentralizedai.server.train.RoundRecord.Earlier;
import org.decentralizedai.server.train.RoundRecord.Files;
import org.decentralizedai.server.train.RoundRecord.Update;
import org.junit.jupiter.api.Test;

/** An honest server that goes back, whose rounds take updates back: rounds of one update each, task N in round N. */
final class RoundChainTest {
    private static final int TOKENS = 64;

    private final Map<Integer, RoundRecord> published = new HashMap<>();
    private String weights = "first";
    private int rounds;
    private int counted; // rounds whose tokens are in the weights

    private static Files files(String weights) {
        return new Files(weights, "manifest of " + weights, null, null, null, null);
    }

    private static Update update(int round) {
        return new Update(round, 0, false, 1, "w", TOKENS, 5, 5, UpdateEncoding.INT8, 0, 1, 3, "update of " + round);
    }

    /** @param takenBack rounds whose update it takes back */
    private RoundRecord closed(boolean discarded, List<Integer> takenBack) {
        int round = rounds++;
        var last = published.get(round - 1);
        String after = discarded ? weights : "weights after " + round;
        var record = new RoundRecord(
                RoundRecord.FORMAT,
                "run",
                round,
                TestRun.recipe(2),
                (long) counted * TOKENS,
                files(weights),
                List.of(update(round)),
                last == null ? List.of() : List.of(new Earlier(round - 1, 0, update(round - 1))),
                takenBack.stream()
                        .map(of -> new Correction(new Earlier(of, 0, update(of)), 1))
                        .toList(),
                discarded ? null : files(after),
                TOKENS,
                5);
        published.put(round, record);
        weights = after;
        if (!discarded) counted++;
        return record;
    }

    private void closed(int count) {
        for (int i = 0; i < count; i++) closed(false, List.of());
    }

    /** The running round is left, and has no record. */
    private void goBack(int round) {
        rounds++;
        weights = round == 0 ? "first" : "weights after " + (round - 1);
        counted = round;
    }

    private List<Line> wrong(RoundRecord record) {
        var wrong = new ArrayList<Line>();
        for (Line line : RoundChain.of(record, round -> Optional.ofNullable(published.get(round))))
            if (!line.agrees()) wrong.add(line);
        return wrong;
    }

    @Test
    void updatesThatTheRoundsThatWereLeftTookBack_areTakenBackAgain() {
        closed(8);
        assertThat(wrong(closed(false, List.of(4, 5, 6, 7)))).isEmpty();
        goBack(7);
        assertThat(wrong(closed(false, List.of(5, 6)))).isEmpty();
        assertThat(wrong(closed(false, List.of(5)))).as("twice").hasSize(1);
    }

    @Test
    void updatesOfRoundsThatWereLeft_areNotInTheWeights() {
        closed(8);
        goBack(6);
        assertThat(wrong(closed(false, List.of(7)))).hasSize(1);
        assertThat(wrong(closed(false, List.of(2))))
                .as("of more than four rounds ago")
                .hasSize(1);
    }

    @Test
    void discardedStep_itsCorrectionsAreTheNextOnes() {
        closed(5);
        assertThat(wrong(closed(true, List.of(1)))).isEmpty();
        assertThat(wrong(closed(false, List.of(1)))).isEmpty();
    }

    @Test
    void goingBackToTheRunningRound_startsWhereTheLastOneEnded() {
        closed(3);
        goBack(3);
        assertThat(wrong(closed(false, List.of()))).isEmpty();
        assertThat(wrong(closed(false, List.of(2)))).isEmpty();
    }
}
