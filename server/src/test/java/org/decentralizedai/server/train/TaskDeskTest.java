package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Portions;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;

/** The desk as a state machine: any order of comings, goings, requests, silences and results keeps its laws. */
class TaskDeskTest {
    private static final int WORKERS = 5, TASKS = 3;
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 1e4, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final Recipe RECIPE = new Recipe(
            STEPS,
            RateSchedule.CONSTANT,
            TASKS,
            TASKS,
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
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

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
        final Map<Long, Integer> completions = new HashMap<>();
        int full = -1;

        Fixture() {
            new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
            var schedule = new WindowSchedule(List.of(new CorpusShard(HASH, 4000)), 16, STEPS.windows(), 1);
            new Portions(database).size(STEPS.windows(), STEPS.steps(), STEPS.batch());
            desk = new TaskDesk(
                    tasks,
                    rounds,
                    RECIPE,
                    schedule,
                    new Speeds(new WorkerLedger(database, clock), MODEL),
                    new TrainMetrics(new SimpleMeterRegistry()),
                    Duration.ofSeconds(10));
            desk.onRoundFull(number -> full = number);
            open(0);
        }

        private void open(int number) {
            var round = new Round(
                    number, new RoundFiles(HASH, HASH, 1, null, null, null, null), 0, 0, null, null, null, 0, false);
            var checks = new Checks(RECIPE, ParameterLayout.of(MODEL).parameterCount(), MODEL.vocabulary(), 1);
            desk.nextRound(() -> {
                rounds.advance(round, TASKS);
                return new RoundPlan(round, MODEL, new Checkpoint(HASH, HASH, List.of(HASH), 1), List.of(), checks);
            });
        }

        void act(int action, int number) {
            String id = "worker-" + number;
            Volunteer worker = online.get(id);
            if (action == 0) desk.join(online.computeIfAbsent(id, _ -> new Volunteer(number)));
            else if (action == 8) {
                clock.advance(Duration.ofSeconds(20));
                desk.expire();
            } else if (worker != null) act(worker, action);
            if (full == desk.plan().round().number()) open(full + 1);
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
            var work = tasks.find(lease.taskId()).orElseThrow().work();
            if (tasks.complete(lease, worker.id, 0, work, 64) != TaskLedger.Outcome.COMPLETED) return;
            completions.merge(lease.taskId(), 1, Integer::sum);
            desk.completed(lease, worker.id, 64, 1000);
        }

        private void abandon(Volunteer worker, Lease lease) {
            worker.believes.remove(lease);
            desk.abandon(worker, lease);
        }

        void checkLaws() {
            var leased = new ArrayList<Long>();
            for (Volunteer worker : online.values())
                for (Lease lease : tasks.heldBy(worker.id, desk.plan().round().number())) leased.add(lease.taskId());
            assertThat(leased).as("one live lease per task").doesNotHaveDuplicates();
            assertThat(completions.values()).as("each task counts once").allMatch(times -> times == 1);
            assertThat(desk.online()).isEqualTo(online.size());
        }

        /** Whoever is free and asks gets a task while one is free, so every round ends. */
        void roundEnds() {
            clock.advance(RECIPE.maxLease().plusSeconds(1));
            desk.expire();
            int round = desk.plan().round().number();
            var last = new Volunteer(WORKERS);
            online.put(last.id, last);
            desk.join(last);
            for (int i = 0; i < TASKS && desk.plan().round().number() == round; i++) {
                desk.request(last);
                for (Volunteer worker : List.copyOf(online.values()))
                    for (Lease lease : List.copyOf(worker.believes)) complete(worker, lease);
                if (full == round) open(round + 1);
            }
            assertThat(desk.plan().round().number()).isEqualTo(round + 1);
        }

        @Override
        public void close() {
            database.close();
        }
    }

    @Property(tries = 60)
    void anyOrder_ofComingsAndGoings_keepsTheLaws(@ForAll @Size(min = 1, max = 60) List<Integer> actions) {
        try (var fixture = new Fixture()) {
            for (int action : actions) {
                fixture.act(Math.floorMod(action, 9), Math.floorMod(action / 9, WORKERS));
                fixture.checkLaws();
            }
            fixture.roundEnds();
            fixture.checkLaws();
        }
    }
}
