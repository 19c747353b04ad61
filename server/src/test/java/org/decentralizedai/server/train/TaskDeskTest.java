package org.decentralizedai.server.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Opening;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

/**
 * The desk as a state machine: any order of comings, goings, requests, silences, results, early closings and returns to older
 * weights keeps its laws.
 */
class TaskDeskTest {
    private static final int WORKERS = 5, LEAST = 2, MOST = 5;
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 1e4, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final Recipe RECIPE = new Recipe(
            STEPS,
            RateSchedule.CONSTANT,
            LEAST,
            MOST,
            1,
            0,
            UpdateEncoding.INT8,
            1,
            0,
            true,
            UpdateEncoding.INT8,
            null,
            30,
            90);
    private static final Recipe SIZED = RECIPE.withTaskSeconds(20);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));
    private static final WindowSchedule SCHEDULE =
            new WindowSchedule(List.of(new CorpusShard(HASH, 4000)), 16, STEPS.windows(), 1);

    /** One worker, its connection and what it believes to hold. */
    private static final class Volunteer implements Worker {
        final String id;
        final Set<Lease> believes = new HashSet<>();

        Volunteer(int number) {
            id = "worker-" + number;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public ClientMessage.Hello hello() {
            return new ClientMessage.Hello("0".repeat(32), "test", true, 1, Long.MAX_VALUE);
        }

        @Override
        public void send(ServerMessage message) {
            if (message instanceof GradientTask task) {
                assertThat(task.auditable()).as("as the recipe says").isTrue();
                believes.clear();
                believes.add(task.lease());
            }
            if (message instanceof Cancel cancel) believes.remove(cancel.lease());
        }

        @Override
        public void close(int code, String reason) {}
    }

    /** The desk with a real ledger on a database of its own in memory, and rounds that change when they are full. */
    private static final class Fixture implements AutoCloseable {
        final MutableClock clock = new MutableClock();
        final Database database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
        final TaskLedger tasks = new JdbcTaskLedger(database, clock);
        final RoundLedger rounds = new RoundLedger(database, clock);
        final TaskDesk desk;
        final Map<String, Volunteer> online = new LinkedHashMap<>();
        final Map<Long, Integer> completions = new HashMap<>(); // by task: the round in which it counts
        final Recipe recipe;
        int full = -1;

        Fixture() {
            this(RECIPE, false);
        }

        /** @param replicas whether every task is offered to a second worker */
        Fixture(Recipe recipe, boolean replicas) {
            this.recipe = recipe;
            new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
            desk = new TaskDesk(
                    tasks,
                    rounds,
                    new Speeds(new WorkerLedger(database, clock), MODEL),
                    new TrainMetrics(new SimpleMeterRegistry()),
                    clock,
                    Duration.ofSeconds(10));
            desk.onRoundFull(number -> full = number);
            if (replicas)
                desk.replicas(new Twins(
                        tasks,
                        new Reputation(
                                new AuditLedger(database, clock),
                                new WorkerLedger(database, clock),
                                (_, _, trusted) -> trusted),
                        new Verification(null, Replication.ALWAYS, Lot.of(1)),
                        clock,
                        (_, _) -> false,
                        number -> desk.open().find(number).isPresent()));
            open(0);
        }

        private void open(int number) {
            open(number, OpenRounds.oldest(number));
        }

        /** As the trainer does. */
        private void open(int number, int oldest) {
            var round = new Round(
                    number,
                    new RoundFiles(HASH, HASH, 1, null, null, null, null),
                    0,
                    0,
                    null,
                    null,
                    null,
                    clock.millis(),
                    false);
            var checks = new Checks(recipe, ParameterLayout.of(MODEL).parameterCount(), MODEL.vocabulary(), 1);
            desk.nextRound(() -> {
                int count = recipe.tasks(desk.free(oldest, number));
                rounds.advance(
                        new Opening(round, recipe.json(), STEPS.windows(), count, oldest, null, Opening.Also.NOTHING));
                if (number > 0)
                    online.values().stream().findAny().ifPresent(desk::request); // knows of no new round yet
                var checkpoint = new Checkpoint(HASH, HASH, List.of(HASH), 1);
                var plans = new ArrayList<RoundPlan>();
                if (number > 0) plans.addAll(desk.open().since(oldest));
                plans.add(new RoundPlan(round, MODEL, checkpoint, List.of(), SCHEDULE, checks));
                return plans;
            });
        }

        private int round() {
            return desk.plan().round().number();
        }

        void act(int action, int number) {
            String id = "worker-" + number;
            Volunteer worker = online.get(id);
            switch (action) {
                case 0 -> desk.join(online.computeIfAbsent(id, _ -> new Volunteer(number)));
                case 8 -> wait(20);
                case 9, 10 -> wait(2);
                case 11 -> {
                    if (number == 0) goBack();
                    else desk.open().close(); // and may fail, to be tried again
                }
                default -> {
                    if (worker != null) act(worker, action);
                }
            }
            if (full == round()) open(full + 1);
        }

        private void wait(int seconds) {
            clock.advance(Duration.ofSeconds(seconds));
            desk.expire();
            desk.recount();
        }

        private void goBack() {
            int next = round() + 1;
            completions.replaceAll((_, round) -> Math.min(round, next - 1));
            open(next, next);
        }

        private void act(Volunteer worker, int action) {
            var held = List.copyOf(worker.believes);
            switch (action) {
                case 1 -> {
                    online.remove(worker.id);
                    desk.leave(worker);
                }
                case 2, 3 -> desk.request(worker);
                case 4, 5 -> held.forEach(lease -> complete(worker, lease));
                case 6 -> held.forEach(lease -> desk.heartbeat(worker, lease));
                default -> held.forEach(lease -> abandon(worker, lease));
            }
        }

        private void complete(Volunteer worker, Lease lease) {
            worker.believes.remove(lease);
            var task = tasks.find(lease.taskId()).orElseThrow();
            int of = task.round();
            desk.open().counting(of, countsIn -> {
                if (tasks.complete(lease, worker.id, 0, task.work(), 64, countsIn) != TaskLedger.Outcome.COMPLETED)
                    return false;
                desk.took(lease, worker.id, 64, 1000);
                if (task.replicaOf() != null) {
                    desk.completed(lease);
                    return true;
                }
                assertThat(completions.put(lease.taskId(), countsIn))
                        .as("each task counts once")
                        .isNull();
                assertThat(countsIn - of).as("late by").isBetween(0, OpenRounds.EARLIER);
                desk.completed(lease);
                return true;
            });
        }

        private void abandon(Volunteer worker, Lease lease) {
            worker.believes.remove(lease);
            desk.abandon(worker, lease);
        }

        void checkLaws() {
            var leased = new ArrayList<Long>();
            for (Volunteer worker : online.values())
                for (Lease lease : tasks.heldBy(worker.id)) leased.add(lease.taskId());
            assertThat(leased).as("one live lease per task").doesNotHaveDuplicates();
            assertThat(desk.online()).isEqualTo(online.size());
            var counted = new HashMap<Long, Integer>();
            for (int round = 0; round <= round() + 1; round++)
                for (var task : tasks.counted(round))
                    assertThat(counted.put(task.id(), round)).as("in one mean").isNull();
            assertThat(counted).isEqualTo(completions);
            for (var task : tasks.leased(0)) replicas(task).forEach(replica -> checkReplica(task, replica));
            for (var task : tasks.leased(0))
                assertThat(desk.open().find(task.round()))
                        .as("its update is wanted")
                        .isPresent();
            for (var task : tasks.leased(0))
                assertThat(round() - task.round()).as("nobody is left behind").isLessThanOrEqualTo(OpenRounds.EARLIER);
        }

        private List<TaskLedger.Task> replicas(TaskLedger.Task original) {
            return tasks.twins(original.id()).stream()
                    .filter(twin -> original.replicaOf() == null && twin.state() == TaskLedger.State.LEASED)
                    .toList();
        }

        /** Nothing in it says that it is one, and nobody checks its own work. */
        private void checkReplica(TaskLedger.Task original, TaskLedger.Task replica) {
            if (original.round() != replica.round() || !original.work().equals(replica.work())) return; // left since
            var given = desk.task(new Lease(replica.id(), replica.fence()));
            var first = desk.task(new Lease(original.id(), original.fence()));
            assertThat(given.data()).isEqualTo(first.data());
            assertThat(given.steps()).isEqualTo(first.steps());
            assertThat(given.form()).isEqualTo(first.form());
            assertThat(given.checkpoint()).isEqualTo(first.checkpoint());
        }

        /** Whatever was given back, ran out, or was left when its round closed: somebody trains on it. */
        void everythingIsTrained() {
            long known = 0;
            while (tasks.find(known).isPresent()) known++;
            for (Volunteer worker : List.copyOf(online.values())) act(worker, 1);
            var last = new Volunteer(WORKERS);
            online.put(last.id, last);
            desk.join(last);
            for (int turn = 0; turn < 3 * known + 10 && !trained(known); turn++) {
                wait((int) RECIPE.maxLease().toSeconds() + 1);
                if (full == round()) open(full + 1);
                desk.request(last);
                for (Lease lease : List.copyOf(last.believes)) complete(last, lease);
                if (full == round()) open(full + 1);
            }
            assertThat(trained(known)).isTrue();
        }

        private boolean trained(long known) {
            for (long task = 0; task < known; task++)
                if (!completions.containsKey(task) && !isReplica(task)) return false;
            return true;
        }

        private boolean isReplica(long task) {
            return tasks.find(task).orElseThrow().replicaOf() != null;
        }

        @Override
        public void close() {
            database.close();
        }
    }

    @Property(tries = 60)
    void anyOrder_ofComingsAndGoings_keepsTheLaws(
            @ForAll boolean replicas, @ForAll boolean sized, @ForAll @Size(min = 1, max = 80) List<Integer> actions) {
        try (var fixture = new Fixture(sized ? SIZED : RECIPE, replicas)) {
            for (int action : actions) {
                fixture.act(Math.floorMod(action, 12), Math.floorMod(action / 12, WORKERS));
                fixture.checkLaws();
            }
            fixture.everythingIsTrained();
            fixture.checkLaws();
        }
    }

    private static void give(Fixture fixture, int number) {
        fixture.act(0, number);
        fixture.act(2, number);
    }

    /** The offer lapses after ten seconds, and is for others only. */
    @Test
    void replica_isGivenToAnotherInTime_andIsNoTaskOfTheRound() {
        try (var fixture = new Fixture(RECIPE, true)) {
            give(fixture, 0);
            var original = fixture.tasks.leased(0).getFirst();
            for (int i = 0; i < 20 && fixture.tasks.twins(original.id()).isEmpty(); i++) {
                fixture.act(7, 0); // gives it back, and gets it again
                fixture.act(2, 0);
                for (int worker = 1; worker < WORKERS; worker++) {
                    give(fixture, worker);
                    fixture.act(7, worker);
                }
            }
            var replicas = fixture.tasks.twins(original.id());
            assertThat(replicas).isNotEmpty();
            assertThat(fixture.tasks.tasks(0)).doesNotContainAnyElementsOf(replicas);
        }
    }

    @Test
    void replica_afterAReturnToOlderWeights_isOfNoTaskThatWasLeft() {
        try (var fixture = new Fixture(RECIPE, true)) {
            give(fixture, 0);
            var done = List.copyOf(requireNonNull(fixture.online.get("worker-0")).believes);
            fixture.act(4, 0);
            fixture.act(11, 0); // back
            for (int worker = 1; worker < WORKERS; worker++) give(fixture, worker);
            assertThat(done).hasSize(1);
            for (Lease lease : done)
                assertThat(fixture.tasks.twins(lease.taskId())).isEmpty();
            for (int worker = 1; worker < WORKERS; worker++)
                assertThat(requireNonNull(fixture.online.get("worker-" + worker)).believes)
                        .isNotEmpty();
        }
    }

    /** Nothing else would tell it before the round is over. */
    @Test
    void replica_offeredWhileAnotherWaits_isGivenToIt() {
        try (var fixture = new Fixture()) {
            give(fixture, 0);
            give(fixture, 1);
            fixture.act(4, 0);
            fixture.act(2, 0);
            var waits = requireNonNull(fixture.online.get("worker-0"));
            assertThat(waits.believes).isEmpty();
            var original = requireNonNull(fixture.online.get("worker-1"))
                    .believes
                    .iterator()
                    .next();
            var offers = new ArrayList<Lease>();
            fixture.desk.replicas(new Offers(fixture.tasks, offers));
            fixture.desk.recount();
            assertThat(waits.believes).isEmpty();
            offers.add(original);
            fixture.desk.recount();
            assertThat(waits.believes)
                    .containsExactly(new Lease(
                            fixture.tasks.twins(original.taskId()).getFirst().id(), 1));
        }
    }

    /** Gives what is here to whoever asks first. */
    private record Offers(TaskLedger tasks, List<Lease> all) implements Replicas {
        @Override
        public Optional<Lease> next(Worker worker, Fit fit, RoundPlan plan, Duration taskTime) {
            if (all.isEmpty()) return Optional.empty();
            return tasks.replicate(
                    all.removeFirst(),
                    worker.id(),
                    plan.recipe().lease(),
                    plan.recipe().maxLease());
        }

        @Override
        public boolean offered() {
            return !all.isEmpty();
        }

        @Override
        public void given(Lease lease, Worker worker, RoundPlan plan, Duration taskTime) {}
    }

    @Test
    void replica_oneWorkerAlone_hasNone() {
        try (var fixture = new Fixture(RECIPE, true)) {
            for (int i = 0; i < 10; i++) {
                give(fixture, 0);
                fixture.act(4, 0);
            }
            assertThat(fixture.completions).hasSizeGreaterThanOrEqualTo(10);
            for (long task : fixture.completions.keySet())
                assertThat(fixture.tasks.twins(task)).isEmpty();
        }
    }

    @Test
    void straggler_afterThreeQuartersAndPatience_countsInTheNextRound() {
        try (var fixture = new Fixture()) {
            for (int worker = 0; worker < 4; worker++) give(fixture, worker);
            var late = requireNonNull(fixture.online.get("worker-3"));
            var lease = late.believes.iterator().next();
            fixture.clock.advance(Duration.ofSeconds(25));
            for (int worker = 0; worker < 3; worker++) fixture.act(4, worker);
            fixture.act(9, 0);
            assertThat(fixture.round()).as("2 s are less than a tenth of 25").isZero();
            fixture.act(9, 0);
            assertThat(fixture.round()).isEqualTo(1);
            assertThat(late.believes).as("is not cancelled").containsExactly(lease);
            fixture.act(6, 3);
            fixture.act(4, 3);
            assertThat(fixture.completions).containsEntry(lease.taskId(), 1);
        }
    }

    @Test
    void straggler_ofFourRoundsAgo_isCancelledAndItsTaskGivenToAnother() {
        try (var fixture = new Fixture()) {
            for (int worker = 0; worker < 4; worker++) give(fixture, worker);
            var late = requireNonNull(fixture.online.get("worker-3"));
            var lease = late.believes.iterator().next();
            for (int round = 1; round <= 4; round++) {
                assertThat(late.believes).containsExactly(lease);
                for (int worker = 0; worker < 3; worker++) {
                    fixture.act(2, worker);
                    fixture.act(4, worker);
                }
                fixture.act(6, 3);
                if (fixture.round() < round) fixture.act(9, 0);
                assertThat(fixture.round()).isEqualTo(round);
            }
            assertThat(late.believes).isEmpty();
            assertThat(fixture.tasks.find(lease.taskId()).orElseThrow().round()).isEqualTo(4);
        }
    }

    private static Work work(Fixture fixture, int worker) {
        var lease = requireNonNull(fixture.online.get("worker-" + worker))
                .believes
                .iterator()
                .next();
        return fixture.tasks.find(lease.taskId()).orElseThrow().work();
    }

    @Test
    void sizedTasks_inTheMidstOfARound_haveTheStepsThatThereIsTimeFor() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 0; worker < 3; worker++) give(fixture, worker);
            assertThat(work(fixture, 0).steps()).isEqualTo(2);
            fixture.clock.advance(Duration.ofSeconds(10));
            fixture.act(4, 0);
            var workers = new WorkerLedger(fixture.database, fixture.clock);
            workers.seen("worker-0", "adapter", false, 1);
            workers.speed("worker-0", 4); // tokens a second: 16 s a step
            fixture.act(2, 0);
            assertThat(work(fixture, 0).steps()).as("half of the time is left").isEqualTo(1);
            assertThat(work(fixture, 0).batch()).isEqualTo(STEPS.batch());
            assertThat(fixture.round()).isZero();
        }
    }

    @Test
    void sizedTasks_soonBeforeTheEnd_areNotGivenToThoseThatHaveHadOne() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 0; worker < 3; worker++) give(fixture, worker);
            fixture.clock.advance(Duration.ofSeconds(18));
            fixture.act(4, 0);
            fixture.act(2, 0);
            assertThat(requireNonNull(fixture.online.get("worker-0")).believes)
                    .as("waits for the next round")
                    .isEmpty();
            give(fixture, 3);
            assertThat(requireNonNull(fixture.online.get("worker-3")).believes)
                    .as("the round lacks one")
                    .hasSize(1);
        }
    }

    private static int tasksOf(Fixture fixture, int worker) {
        return (int) fixture.tasks.tasks(fixture.round()).stream()
                .filter(task -> ("worker-" + worker).equals(task.worker()))
                .count();
    }

    /** Takes tasks and is done with each at once, as a liar may. */
    private static void hurry(Fixture fixture, int worker) {
        for (int i = 0; i < 5; i++) {
            fixture.act(2, worker);
            fixture.act(4, worker);
        }
    }

    @Test
    void fourAtWork_oneInAHurry_hasTwoTasksOfTheRound() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 0; worker < 4; worker++) give(fixture, worker);
            hurry(fixture, 0);
            assertThat(tasksOf(fixture, 0)).isEqualTo(2);
            assertThat(fixture.round()).isZero();
        }
    }

    @Test
    void threeAtWork_oneInAHurry_mayHaveMore() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 0; worker < 3; worker++) give(fixture, worker);
            hurry(fixture, 0);
            assertThat(tasksOf(fixture, 0)).isGreaterThan(2);
        }
    }

    @Test
    void fiveAtWork_whoHasHadItsPart_takesWhatIsLeftWhenTheTimeIsOver() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 0; worker < 5; worker++) give(fixture, worker);
            hurry(fixture, 0);
            var hurried = requireNonNull(fixture.online.get("worker-0"));
            fixture.act(1, 3); // leaves
            fixture.clock.advance(Duration.ofSeconds(11));
            fixture.act(9, 0);
            assertThat(hurried.believes).isEmpty();
            fixture.clock.advance(Duration.ofSeconds(7));
            fixture.act(9, 0);
            assertThat(hurried.believes).hasSize(1);
        }
    }

    /** That hold nothing, as their devices are too small, or do not ask. */
    @Test
    void oneAtWorkBesideIdleSockets_goesOn() {
        try (var fixture = new Fixture(SIZED, false)) {
            for (int worker = 1; worker < 5; worker++) fixture.act(0, worker);
            give(fixture, 0);
            for (int i = 0; i < 30; i++) {
                hurry(fixture, 0);
                fixture.act(9, 0);
            }
            assertThat(fixture.round()).isGreaterThan(1);
        }
    }

    @Test
    void notAloneOnTheDatabase_nothingIsGivenOut() {
        try (var fixture = new Fixture()) {
            var alone = new AtomicBoolean();
            fixture.desk.alone(alone::get);
            fixture.act(0, 1);
            fixture.act(2, 1);
            var worker = requireNonNull(fixture.online.get("worker-1"));
            assertThat(worker.believes).isEmpty();
            alone.set(true);
            fixture.act(2, 1);
            assertThat(worker.believes).hasSize(1);
        }
    }
}
