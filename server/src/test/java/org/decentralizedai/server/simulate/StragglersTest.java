package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds that do not wait for everybody, and those that do. */
final class StragglersTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 10_000, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(4, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final int WORKERS = 8, HALF = 4, SPEED = 10; // tokens a second: 13 s a task

    @TempDir
    Path folder;

    private Path model;
    private CorpusRequest corpus;

    @BeforeEach
    void prepare() throws IOException {
        model = Files.write(folder.resolve("config.json"), ModelConfigJson.write(MODEL, 256));
        String text = IntStream.range(0, 8000)
                .mapToObj(i -> "the whale number " + i + " dives. ")
                .collect(Collectors.joining());
        corpus = new CorpusRequest(Files.writeString(folder.resolve("text.txt"), text), null, 0.1, true);
    }

    /** @param minTasks as many as workers: everybody is waited for. @param spread of the speeds @param auditors of the server */
    private Scenario scenario(int minTasks, double spread, double churn, int rounds, int auditors) {
        var recipe = new Recipe(
                STEPS,
                RateSchedule.CONSTANT,
                minTasks,
                WORKERS,
                1,
                0.5,
                UpdateEncoding.INT8,
                1,
                0,
                false,
                UpdateEncoding.INT8,
                null,
                30,
                90);
        var crowd =
                new Scenario.Crowd(WORKERS, churn, 0.5, SPEED, spread, new Link(10, 50, 30), 0, Attack.ZERO, 0, false);
        long tokens = (long) rounds * WORKERS * STEPS.tokens();
        return new Scenario(model.toString(), corpus, recipe, Variant.PRODUCTION, crowd, auditors, tokens, 7);
    }

    private static Outcome run(Scenario scenario) {
        try (var simulation = new Simulation(scenario, 2, ReferenceKernels::new)) {
            return simulation.run(_ -> {});
        }
    }

    @Test
    void unequalDevices_notWaitedFor_saveTimeAndCostLittle() {
        var waiting = run(scenario(WORKERS, 0.8, 0.1, 30, 0));
        var going = run(scenario(HALF, 0.8, 0.1, 30, 0));
        assertThat(going.seconds()).isLessThan(0.8 * waiting.seconds());
        assertThat(going.loss()).isLessThan(1.05 * waiting.loss());
        assertThat(going.tally().acceptedTokens).isGreaterThanOrEqualTo(going.tokens());
    }

    @Test
    void unequalDevices_twice_giveTheSameBytes() {
        var scenario = scenario(HALF, 0.8, 0.3, 8, 0);
        var once = run(scenario);
        var again = run(scenario);
        assertThat(again.weights()).isEqualTo(once.weights());
        assertThat(again.seconds()).isEqualTo(once.seconds());
    }

    @Test
    void equalDevices_nobodyIsLate_theSameBytesAsWaiting() {
        var waiting = run(scenario(WORKERS, 0, 0, 6, 0));
        var going = run(scenario(HALF, 0, 0, 6, 0));
        assertThat(going.weights()).isEqualTo(waiting.weights());
        assertThat(going.seconds()).isEqualTo(waiting.seconds());
    }

    @Test
    void honestStragglers_audited_areNeverPunished() {
        var outcome = run(scenario(HALF, 0.8, 0.1, 12, 4));
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.honest()).isZero();
        assertThat(caught.audits().agreed()).isPositive();
    }
}
