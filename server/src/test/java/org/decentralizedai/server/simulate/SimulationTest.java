package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.SecondMoment;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class SimulationTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 10_000, 1e-5, true);
    private static final int WORKERS = 4, STEPS = 4, BATCH = 2, TASK_TOKENS = STEPS * BATCH * 16;
    private static final Link HOME = new Link(10, 50, 30);

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

    private Scenario scenario(Scenario.Crowd crowd, UpdateEncoding encoding, double feedback, int rounds) {
        return scenario(crowd, encoding, feedback, 1e-2, null, rounds);
    }

    private Scenario scenario(
            Scenario.Crowd crowd,
            UpdateEncoding encoding,
            double feedback,
            double rate,
            @Nullable SecondMoment secondMoment,
            int rounds) {
        var steps = new LocalSteps(STEPS, BATCH, BATCH, 16, rate, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        int workers = crowd.workers();
        var recipe = new Recipe(
                steps,
                RateSchedule.CONSTANT,
                workers,
                workers,
                1,
                0.5,
                encoding,
                1,
                feedback,
                false,
                UpdateEncoding.INT8,
                secondMoment,
                30,
                90);
        return new Scenario(
                model.toString(),
                corpus,
                recipe,
                Variant.PRODUCTION,
                crowd,
                0,
                (long) rounds * workers * TASK_TOKENS,
                7);
    }

    private static Scenario.Crowd crowd(double churn, double attackers, Attack attack) {
        return new Scenario.Crowd(WORKERS, churn, 5, 100, 0.3, HOME, attackers, attack, 0, false);
    }

    private static Outcome run(Scenario scenario) {
        try (var simulation = new Simulation(scenario, 2)) {
            return simulation.run(_ -> {});
        }
    }

    /** To the bit, with kernels whose bits do not depend on what the JIT has compiled by then. */
    private static Outcome exactly(Scenario scenario) {
        try (var simulation = new Simulation(scenario, 2, ReferenceKernels::new)) {
            return simulation.run(_ -> {});
        }
    }

    private static Scenario.Crowd quiet() {
        return crowd(0, 0, Attack.ZERO);
    }

    @Test
    void run_honestCrowd_learnsAndCountsEveryToken() {
        var outcome = run(scenario(quiet(), UpdateEncoding.INT8, 0, 30));
        assertThat(outcome.rounds()).isEqualTo(30);
        assertThat(outcome.tokens()).isEqualTo(30L * WORKERS * TASK_TOKENS).isEqualTo(outcome.tally().acceptedTokens);
        assertThat(outcome.tally().accepted).isEqualTo(30 * WORKERS);
        assertThat(outcome.tally().refused).isZero();
        assertThat(outcome.loss()).isLessThan(outcome.points().getFirst().loss() - 1);
        assertThat(outcome.points()).hasSizeGreaterThan(5);
    }

    @Test
    void run_alongASecondMoment_learnsAndLoadsItNowAndThen() {
        int every = 4, rounds = 30;
        var outcome = run(scenario(quiet(), UpdateEncoding.INT8, 0, 2e-3, new SecondMoment(0.9, every), rounds));
        var plain = run(scenario(quiet(), UpdateEncoding.INT8, 0, 2e-3, null, rounds));
        assertThat(outcome.loss()).isLessThan(outcome.points().getFirst().loss() - 1);
        assertThat(outcome.tally().refused).isZero();
        long moments = outcome.tally().downloadBytes - plain.tally().downloadBytes;
        assertThat(moments / (2L * outcome.parameters()))
                .as("times that all workers together have loaded it")
                .isBetween((long) WORKERS, (long) WORKERS * (rounds / every + 1));
        assertThat(moments % (2L * outcome.parameters())).isZero();
    }

    @Test
    void run_twice_givesTheSameBytes() {
        var scenario = scenario(crowd(0.5, 0.25, Attack.SIGN_FLIP), UpdateEncoding.TOP256_4BIT, 0.9, 6);
        var once = exactly(scenario);
        var again = exactly(scenario);
        assertThat(again.weights()).isEqualTo(once.weights());
        assertThat(again.seconds()).isEqualTo(once.seconds());
        assertThat(again.tally().uploadBytes).isEqualTo(once.tally().uploadBytes);
    }

    @Test
    void run_workersLeave_theirTasksGoToOthers() {
        var outcome = run(scenario(crowd(0.5, 0, Attack.ZERO), UpdateEncoding.INT8, 0, 20));
        assertThat(outcome.tally().left).isGreaterThan(20);
        assertThat(outcome.tally().joined).isBetween(outcome.tally().left, outcome.tally().left + WORKERS);
        assertThat(outcome.tally().accepted).isEqualTo(20 * WORKERS);
        assertThat(outcome.tokens()).isEqualTo(20L * WORKERS * TASK_TOKENS);
        assertThat(outcome.loss()).isLessThan(outcome.points().getFirst().loss() - 1);
    }

    /** Churn changes who computes a task, not what it comes to. */
    @Test
    void run_withoutFeedback_churnDoesNotChangeTheModel() {
        var calm = exactly(scenario(quiet(), UpdateEncoding.INT8, 0, 5));
        var restless = exactly(scenario(crowd(0.5, 0, Attack.ZERO), UpdateEncoding.INT8, 0, 5));
        assertThat(restless.weights()).isEqualTo(calm.weights());
        assertThat(restless.seconds()).isGreaterThan(calm.seconds());
    }

    @Test
    void run_feedbackLostWithItsWorker_changesTheModel() {
        var calm = exactly(scenario(quiet(), UpdateEncoding.TOP64_2BIT, 0.9, 5));
        var restless = exactly(scenario(crowd(0.5, 0, Attack.ZERO), UpdateEncoding.TOP64_2BIT, 0.9, 5));
        assertThat(restless.weights()).isNotEqualTo(calm.weights());
    }

    @Test
    void run_everyAttack_isRefusedOrChangesTheModel() {
        var honest = exactly(scenario(quiet(), UpdateEncoding.F32, 0, 2));
        for (Attack attack : Attack.values()) {
            var attacked = exactly(scenario(crowd(0, 0.5, attack), UpdateEncoding.F32, 0, 2));
            boolean changed = !attacked.weights().equals(honest.weights());
            assertThat(changed || attacked.tally().refused > 0).as("%s", attack).isTrue();
        }
    }

    @Test
    void run_flippedSigns_costQuality() {
        var honest = run(scenario(quiet(), UpdateEncoding.F32, 0, 20));
        var attacked = run(scenario(crowd(0, 0.5, Attack.SIGN_FLIP), UpdateEncoding.F32, 0, 20));
        assertThat(attacked.loss()).isGreaterThan(honest.loss() + 0.1);
    }

    private static Scenario audited(Scenario scenario, int honestFirst) {
        return scenario.with(scenario.crowd().withHonestFirst(honestFirst)).withAuditors(50);
    }

    /** The auditor's updates stand in for the fakes. */
    @ParameterizedTest
    @EnumSource(
            value = Attack.class,
            names = {"SIGN_FLIP", "NOISE", "HALF_STEPS", "ZERO"})
    void run_liarsFromTheFirstTask_areCaughtAtOnceAndChangeNothing(Attack attack) {
        var honest = exactly(scenario(quiet(), UpdateEncoding.SIGN, 0, 6));
        var attacked = exactly(audited(scenario(crowd(0, 0.6, attack), UpdateEncoding.SIGN, 0, 6), 0));
        var caught = requireNonNull(attacked.caught());
        assertThat(caught.liars()).isBetween(1, WORKERS - 1);
        assertThat(caught.fakes()).hasSize(caught.liars()).containsOnly(1);
        assertThat(caught.honest()).isZero();
        assertThat(attacked.weights()).isEqualTo(honest.weights());
    }

    @Test
    void run_liarsAfterHonestTasks_areCaughtAndNobodyElseIs() {
        var attacked = exactly(audited(scenario(crowd(0, 0.6, Attack.SIGN_FLIP), UpdateEncoding.INT8, 0, 60), 12));
        var caught = requireNonNull(attacked.caught());
        assertThat(caught.fakes()).hasSize(caught.liars());
        assertThat(caught.honest()).isZero();
        assertThat(caught.audits().drawn()).isLessThan(attacked.tally().accepted);
    }

    /** Sized tasks, leavers that send what they have, and all of it computed again. */
    @Test
    void run_unequalHonestWorkersThatLeave_areNeverCaught_andComputeMore() {
        var crowd = new Scenario.Crowd(WORKERS, 0.5, true, 5, 3, 0.6, HOME, 0, Attack.ZERO, 0, false);
        var plain = scenario(crowd, UpdateEncoding.INT8, 0, 6);
        int seconds = STEPS * BATCH * 16; // in which a worker of a token a second does a whole task
        var sized = run(unequal(plain, seconds / 4));
        var caught = requireNonNull(sized.caught());
        assertThat(caught.honest()).isZero();
        assertThat(caught.audits().drawn()).isEqualTo(sized.tally().accepted);
        assertThat(sized.tally().refused).isZero();
        assertThat(sized.tally().left).isPositive();
        assertThat(sized.tally().utilisation())
                .isGreaterThan(1.2 * run(unequal(plain, 0)).tally().utilisation());
    }

    private static Scenario unequal(Scenario scenario, int taskSeconds) {
        return scenario.with(scenario.recipe().withTaskSeconds(taskSeconds)).withAuditors(50);
    }

    @Test
    void scenario_feedbackWithAuditors_isRefused() {
        assertThatThrownBy(() -> audited(scenario(quiet(), UpdateEncoding.TOP64_2BIT, 0.9, 1), 0))
                .hasMessageContaining("cannot be audited");
    }

    /** Ten workers, of whom three lie. All are there from the start: three lies in each round, not more. */
    private double lossWithLiars(Aggregation aggregation, double attackers, Attack attack, boolean colluding) {
        var crowd = new Scenario.Crowd(10, 0, 0, 100, 0.3, HOME, attackers, attack, 0, colluding);
        var plain = scenario(crowd, UpdateEncoding.INT8, 0, 20);
        var recipe = plain.recipe();
        var chosen = new Recipe(
                recipe.steps(),
                recipe.schedule(),
                recipe.minTasks(),
                recipe.roundTasks(),
                recipe.maxTasks(),
                recipe.outerRate(),
                recipe.outerMomentum(),
                recipe.encoding(),
                recipe.parts(),
                recipe.feedback(),
                recipe.auditable(),
                recipe.stepEncoding(),
                recipe.secondMoment(),
                aggregation,
                0,
                recipe.leaseSeconds(),
                recipe.maxLeaseSeconds());
        return run(new Scenario(
                        plain.model(), plain.corpus(), chosen, plain.variant(), crowd, 0, plain.tokens(), plain.seed()))
                .loss();
    }

    /** The claim in small; docs/liars.md has it in full. */
    @Test
    void run_liarsOfEveryKind_hardlyHurtWhereTheyHurtTheMean() {
        double honest = lossWithLiars(Aggregation.MEAN, 0, Attack.ZERO, false);
        assertThat(lossWithLiars(Aggregation.ROBUST, 0, Attack.ZERO, false)).isLessThan(1.03 * honest);
        assertThat(lossWithLiars(Aggregation.MEAN, 0.3, Attack.SIGN_FLIP, false))
                .isGreaterThan(1.06 * honest);
        for (Attack attack : Attack.values())
            for (boolean colluding : new boolean[] {false, true})
                if (attack != Attack.NOT_A_NUMBER && attack != Attack.ZERO)
                    assertThat(lossWithLiars(Aggregation.ROBUST, 0.3, attack, colluding))
                            .as("%s %s", attack, colluding)
                            .isLessThan(1.06 * honest);
    }

    @Test
    void run_everybodyIsRefused_endsWithASentence() {
        var scenario = scenario(crowd(0, 1, Attack.NOT_A_NUMBER), UpdateEncoding.F32, 0, 1);
        assertThatThrownBy(() -> run(scenario)).hasMessageContaining("updates were refused");
    }

    @Test
    void run_slowLine_takesTheTimeOfItsBytes() {
        var slow = new Scenario.Crowd(1, 0, 0, 1000, 0, new Link(0.1, 50, 0), 0, Attack.ZERO, 0, false);
        var outcome = run(scenario(slow, UpdateEncoding.F32, 0, 10));
        double compute = 10.0 * TASK_TOKENS / 1000;
        double upload = outcome.tally().uploadBytes * 8 / 0.1e6;
        double download = outcome.tally().downloadBytes * 8 / 50e6;
        assertThat(outcome.seconds()).isCloseTo(compute + upload + download, within(1e-6));
        assertThat(outcome.tally().utilisation()).isCloseTo(compute / outcome.seconds(), within(1e-6));
    }

    /** Nobody is late, so that the model is the same. */
    @Test
    void run_closingARoundTakesTime_workersWaitForIt() {
        var crowd = new Scenario.Crowd(WORKERS, 0, 0, 100, 0, HOME, 0, Attack.ZERO, 0, false);
        var plain = scenario(crowd, UpdateEncoding.INT8, 0, 5);
        var atOnce = exactly(plain);
        var slowly = exactly(plain.withClosingSeconds(7));
        assertThat(slowly.weights()).isEqualTo(atOnce.weights());
        assertThat(slowly.seconds()).isCloseTo(atOnce.seconds() + 5 * 7, within(1e-6));
        assertThat(slowly.tally().computeSeconds).isEqualTo(atOnce.tally().computeSeconds);
        assertThat(slowly.tally().onlineSeconds - atOnce.tally().onlineSeconds)
                .isCloseTo(WORKERS * 5 * 7, within(1e-6));
    }

    @Test
    void run_updatesWhileARoundIsClosed_countInTheNext() {
        var crowd = new Scenario.Crowd(WORKERS, 0, 0, 100, 1, HOME, 0, Attack.ZERO, 0, false);
        var plain = scenario(crowd, UpdateEncoding.INT8, 0, 10);
        var recipe = plain.recipe().withTaskSeconds(1);
        var outcome = run(plain.with(recipe).withClosingSeconds(3));
        assertThat(outcome.tally().refused).isZero();
        assertThat(outcome.rounds()).isPositive();
    }

    @Test
    void run_upload_hasTheBytesOfTheFormAndOfItsFrames() {
        var outcome = run(scenario(quiet(), UpdateEncoding.F32, 0, 3));
        long update = 4L * outcome.parameters();
        long perTask = outcome.tally().uploadBytes / outcome.tally().accepted;
        assertThat(outcome.tally().updateBytes).isEqualTo(update * outcome.tally().accepted);
        assertThat(perTask).isBetween(update + 20, update + 250);
        assertThat(outcome.compression()).isBetween(0.97, 1.0);
    }

    /** One worker, one round, dense and plain: the same windows, the same steps. */
    @Test
    void synchronous_isWhatOneWorkerDoesInOneLongTask() {
        var scenario = alone(new LocalSteps(64, BATCH, BATCH, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0), 1);
        assertThat(Synchronous.run(scenario, 1).loss()).isCloseTo(run(scenario).loss(), within(1e-5));
    }

    @Test
    void synchronous_withMuon_isWhatOneWorkerDoesInOneLongTask() {
        var scenario = alone(new LocalSteps(64, BATCH, BATCH, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0), 1)
                .with(new Variant(Inner.MUON, Outer.NESTEROV));
        assertThat(Synchronous.run(scenario, 1).loss()).isCloseTo(run(scenario).loss(), within(1e-5));
        assertThat(Synchronous.run(scenario, 1).loss())
                .isNotCloseTo(
                        Synchronous.run(scenario.with(Variant.PRODUCTION), 1).loss(), within(1e-3));
    }

    /** The text repeats with each window, so that the order of the windows does not matter. */
    @Test
    void run_carriedStateOfOneWorker_isOneLongTask() throws IOException {
        Files.writeString(folder.resolve("text.txt"), "the whale dives.".repeat(4000));
        int count = 12;
        var one = new LocalSteps(1, BATCH, BATCH, 16, 1e-2, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
        var many = new LocalSteps(count, BATCH, BATCH, 16, 1e-2, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
        double atOnce = run(alone(many, 1)).loss();
        var carried = new Variant(Inner.ADAMW_CARRIED, Outer.NESTEROV);
        assertThat(run(alone(one, count).with(carried)).loss()).isCloseTo(atOnce, within(1e-5));
        assertThat(run(alone(one, count)).loss()).isNotCloseTo(atOnce, within(1e-2));
    }

    /** One worker, dense, plain and exact. */
    private Scenario alone(LocalSteps steps, int rounds) {
        var recipe = new Recipe(
                steps,
                RateSchedule.CONSTANT,
                1,
                1,
                1,
                0,
                UpdateEncoding.F32,
                1,
                0,
                false,
                UpdateEncoding.F32,
                null,
                30,
                90);
        var crowd = new Scenario.Crowd(1, 0, 0, 1000, 0, HOME, 0, Attack.ZERO, 0, false);
        return new Scenario(
                model.toString(), corpus, recipe, Variant.PRODUCTION, crowd, 0, (long) rounds * steps.tokens(), 7);
    }

    private static Stream<Variant> variants() {
        return Stream.of(Inner.values())
                .flatMap(inner -> Stream.of(Outer.values()).map(outer -> new Variant(inner, outer)));
    }

    /** A schedule, churn, and what updates can be: sliced, or whole with feedback. */
    private Scenario rich(Variant variant, boolean sliced, int rounds) {
        var steps = new LocalSteps(STEPS, BATCH, BATCH, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        long tokens = (long) rounds * WORKERS * TASK_TOKENS;
        var recipe = new Recipe(
                steps,
                new RateSchedule(tokens, tokens / 10, 0.1),
                WORKERS,
                WORKERS,
                variant.outer() == Outer.ADAM ? 0.02 : 1,
                0.5,
                sliced ? UpdateEncoding.INT8 : UpdateEncoding.TOP256_4BIT,
                sliced ? 2 : 1,
                sliced ? 0 : 0.9,
                false,
                UpdateEncoding.INT8,
                null,
                30,
                90);
        return new Scenario(model.toString(), corpus, recipe, variant, crowd(0.2, 0, Attack.ZERO), 0, tokens, 7);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void run_everyVariant_learns(Variant variant) {
        for (boolean sliced : new boolean[] {true, false}) {
            var outcome = run(rich(variant, sliced, 30));
            assertThat(outcome.tally().refused).isZero();
            assertThat(outcome.tally().left).isPositive();
            assertThat(outcome.loss()).isLessThan(outcome.points().getFirst().loss() - 1);
        }
    }

    @Test
    void run_everyVariantTwice_givesTheSameBytesAndNoOthers() {
        var hashes = variants()
                .map(variant -> exactly(rich(variant, false, 4)).weights())
                .toList();
        var again = variants()
                .map(variant -> exactly(rich(variant, false, 4)).weights())
                .toList();
        assertThat(again).isEqualTo(hashes).doesNotHaveDuplicates();
    }

    /** Otherwise than moments from zero, what is carried belongs to a worker and goes with it. */
    @Test
    void run_momentsLostWithTheirWorker_changeTheModel() {
        var carried = new Variant(Inner.ADAMW_CARRIED, Outer.NESTEROV);
        var calm = exactly(scenario(quiet(), UpdateEncoding.INT8, 0, 5).with(carried));
        var restless = exactly(
                scenario(crowd(0.5, 0, Attack.ZERO), UpdateEncoding.INT8, 0, 5).with(carried));
        assertThat(restless.weights()).isNotEqualTo(calm.weights());
    }

    /** Steps of Adam are published like all others: who was there in the last round loads a delta. */
    @Test
    void run_outerAdam_publishesDeltas() {
        var adam = new Variant(Inner.ADAMW, Outer.ADAM);
        var plain = run(scenario(quiet(), UpdateEncoding.INT8, 0, 20)).tally();
        var outcome = run(scenario(quiet(), UpdateEncoding.INT8, 0, 20).with(adam));
        assertThat((double) outcome.tally().downloadBytes).isCloseTo(plain.downloadBytes, withinPercentage(5));
        assertThat(outcome.tally().downloadBytes).isLessThan(20L * WORKERS * Float.BYTES * outcome.parameters() / 2);
    }

    @Test
    void report_saysWithWhat() {
        var scenario = scenario(quiet(), UpdateEncoding.INT8, 0, 1).with(new Variant(Inner.MUON, Outer.ADAM));
        var json = JsonMapper.shared().writeValueAsString(Report.of("", scenario, false, run(scenario), 0));
        assertThat(json).contains("\"inner\":\"MUON\"", "\"outer\":\"ADAM\"");
    }

    @Test
    void run_closed_leavesNoFile() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        var before = new ArrayList<>(names(temporary));
        run(scenario(quiet(), UpdateEncoding.INT8, 0, 1));
        assertThat(names(temporary)).isSubsetOf(before);
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("simulation"))
                    .toList();
        }
    }
}
