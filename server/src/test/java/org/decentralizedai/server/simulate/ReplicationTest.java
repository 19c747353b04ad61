package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Replication;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Workers compute each other's tasks: liars are caught by that, others are not, and no window is trained on twice. */
class ReplicationTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 10_000, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(4, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final int WORKERS = 6, ROUNDS = 12, SECONDS = 64; // of a task
    private static final double SPEED = (double) STEPS.tokens() / SECONDS;

    @TempDir
    Path folder;

    private Path model;
    private CorpusRequest corpus;

    @BeforeEach
    void prepare() throws IOException {
        model = Files.write(folder.resolve("config.json"), ModelConfigJson.write(MODEL, 256));
        String text = IntStream.range(0, 4000)
                .mapToObj(i -> "the whale number " + i + " dives. ")
                .collect(Collectors.joining());
        corpus = new CorpusRequest(Files.writeString(folder.resolve("text.txt"), text), null, 0.1, true);
    }

    private Outcome run(Attack attack, double liars, UpdateEncoding encoding, double auditors, Replication replicas) {
        return run(ROUNDS, attack, liars, encoding, auditors, replicas);
    }

    private Outcome run(
            int rounds, Attack attack, double liars, UpdateEncoding encoding, double auditors, Replication replicas) {
        var recipe = new Recipe(
                STEPS,
                RateSchedule.CONSTANT,
                WORKERS,
                WORKERS,
                1,
                0.5,
                encoding,
                1,
                0,
                false,
                UpdateEncoding.INT8,
                null,
                30,
                300);
        var crowd = new Scenario.Crowd(WORKERS, 0.05, 5, SPEED, 0.05, new Link(10, 50, 30), liars, attack, 0, false);
        long tokens = (long) rounds * WORKERS * STEPS.tokens();
        var scenario = new Scenario(
                model.toString(), corpus, recipe, Variant.PRODUCTION, crowd, auditors, replicas, tokens, 7);
        try (var simulation = new Simulation(scenario, 2)) {
            var outcome = simulation.run(_ -> {});
            assertThat(outcome.tokens() % STEPS.tokens()).as("whole tasks").isZero();
            return outcome;
        }
    }

    /** Tokens of updates that are in no mean. */
    private static long repeated(Outcome outcome) {
        return outcome.tally().acceptedTokens - outcome.tokens();
    }

    @ParameterizedTest
    @EnumSource(
            value = Attack.class,
            names = {"SIGN_FLIP", "HALF_STEPS"})
    void liars_withoutAuditors_areOutvoted(Attack attack) {
        var outcome = run(attack, 0.15, UpdateEncoding.INT8, 0, Replication.ALWAYS);
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.fakes()).as("somebody was found").isNotEmpty();
        assertThat(caught.honest()).isZero();
        assertThat(repeated(outcome)).isGreaterThan(ROUNDS * STEPS.tokens());
    }

    /** One auditor computes a task of four in the time of a round: most liars meet a second worker before. */
    @ParameterizedTest
    @EnumSource(
            value = UpdateEncoding.class,
            names = {"INT8", "SIGN"})
    void liars_withSlowAuditors_areFoundByReplicasAndTheTieIsBroken(UpdateEncoding encoding) {
        var outcome = run(Attack.HALF_STEPS, 0.15, encoding, 1, Replication.WHEN_BUSY);
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.fakes()).isNotEmpty();
        assertThat(caught.honest()).isZero();
        assertThat(repeated(outcome)).isGreaterThan(ROUNDS * STEPS.tokens());
    }

    /** An audit takes nine rounds: by its end nobody else needs its round's checkpoint and updates any more. */
    @Test
    void liars_withAnAuditorOfATenthOfAWorkersSpeed_areFoundSomeRoundsLater() {
        var outcome = run(40, Attack.HALF_STEPS, 0.15, UpdateEncoding.INT8, 0.1, Replication.WHEN_BUSY);
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.fakes()).isNotEmpty();
        assertThat(caught.rounds()).allMatch(round -> round >= 8);
        assertThat(caught.honest()).isZero();
    }

    @Test
    void auditors_thatKeepUp_leaveNothingToReplicas() {
        var outcome = run(Attack.HALF_STEPS, 0.15, UpdateEncoding.INT8, 100, Replication.WHEN_BUSY);
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.fakes()).hasSize(caught.liars()).containsOnly(1);
        assertThat(repeated(outcome)).isLessThanOrEqualTo(WORKERS * STEPS.tokens());
    }

    /** Each of them becomes proven, so that fewer tasks are looked at, and nobody is suspected. */
    @ParameterizedTest
    @EnumSource(
            value = Replication.class,
            names = {"WHEN_BUSY", "ALWAYS"})
    void honestWorkers_areNeverCaught(Replication replicas) {
        var outcome = run(Attack.ZERO, 0, UpdateEncoding.SIGN, 1, replicas);
        var caught = requireNonNull(outcome.caught());
        assertThat(caught.audits().caught()).isZero();
        assertThat(caught.audits().agreed()).isGreaterThan(0);
        assertThat(repeated(outcome)).isPositive();
    }
}
