package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

final class RoundPlanTest {
    private static final ModelConfig MODEL = ModelChoice.config("small");
    private static final Recipe RECIPE = Recipe.of("small", MODEL);

    private static RoundPlan plan(int number) {
        var hash = Digests.of(new byte[] {(byte) number});
        var files = new RoundFiles(hash, hash, 1, null, null, null, null);
        var round = new Round(number, files, 0, 0, null, null, null, 0, false);
        var checks = new Checks(RECIPE, ParameterLayout.of(MODEL).parameterCount(), MODEL.vocabulary(), 1);
        var windows = new WindowSchedule(
                List.of(new CorpusShard(new Sha256("ab".repeat(32)), 500_000)),
                MODEL.context(),
                RECIPE.steps().windows(),
                1);
        return new RoundPlan(round, MODEL, new Checkpoint(hash, hash, List.of(hash), 1), List.of(), windows, checks);
    }

    private static int part(RoundPlan plan, int index) {
        var row = new Task(index, plan.round().number(), index, State.LEASED, "worker", 1, null, null, false);
        return plan.form(row).slice().part();
    }

    @Test
    void form_ofTasksOneAfterTheOther_isEachSliceInTurn() {
        int parts = RECIPE.parts();
        assertThat(parts).isGreaterThan(1);
        for (int number = 0; number < 20; number++)
            for (int turn = 0; turn < 20; turn++) {
                var plan = plan(number);
                int first = turn * parts;
                assertThat(IntStream.range(first, first + parts).mapToObj(index -> part(plan, index)))
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, parts).boxed().toList());
            }
    }

    /** Else the same few would be most of a slice, round after round. */
    @Test
    void form_ofTheSameFewPlaces_isNotTheSameForAllOfThemEachRound() {
        var together = new HashSet<Boolean>();
        for (int number = 0; number < 40; number++) {
            var plan = plan(number);
            together.add(part(plan, 0) == part(plan, 2 * RECIPE.parts()));
            assertThat(part(plan, 0)).as("also after a restart").isEqualTo(part(plan(number), 0));
        }
        assertThat(together).containsExactlyInAnyOrder(true, false);
    }
}
