package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.aggregate.Aggregation;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A desk with workers of which one is many times as fast as another, over time that a test turns. */
final class UnequalSpeedsTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 64, 1e4, 1e-5, true);
    private static final int TASK_SECONDS = 60, TICK = 1;
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

    /** The preset tiny's: 24 steps of 16 windows. */
    private static final LocalSteps STEPS = new LocalSteps(24, 16, 16, 64, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static final double WHOLE = STEPS.tokens();

    /** What a test has: a desk on a database of its own, devices, and time that goes on with their events. */
    private static final class Crowd implements AutoCloseable {
        private final MutableClock clock = new MutableClock();
        private final Database database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
        private final TaskLedger tasks = new JdbcTaskLedger(database, clock);
        private final RoundLedger rounds = new RoundLedger(database, clock);
        private final WorkerLedger workers = new WorkerLedger(database, clock);
        private final TaskDesk desk = new TaskDesk(
                tasks,
                rounds,
                new Speeds(workers, MODEL),
                new TrainMetrics(new SimpleMeterRegistry()),
                clock,
                Duration.ofSeconds(10));
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparingLong(Event::millis).thenComparingLong(Event::number));
        private final List<Device> devices = new ArrayList<>();
        private long planned;
        private int full = -1;

        private record Event(long millis, long number, Runnable action) {}

        private void after(double seconds, Runnable action) {
            events.add(new Event(clock.millis() + Math.round(1000 * seconds), planned++, action));
        }

        /** Computes, and delivers what it has. */
        private final class Device implements Worker {
            final String name;
            final double speed, says;
            final List<Integer> late = new ArrayList<>(); // by how many rounds each of its updates was
            int lost; // tasks

            private @Nullable GradientTask task;

            Device(String name, double speed, double says) {
                this.name = name;
                this.speed = speed;
                this.says = says;
            }

            @Override
            public String id() {
                return name;
            }

            @Override
            public ClientMessage.Hello hello() {
                double flops = says * MODEL.trainingFlopsPerToken() / Speeds.EFFICIENCY;
                return new ClientMessage.Hello("0".repeat(32), "test", false, 1e-9 * flops, Long.MAX_VALUE);
            }

            @Override
            public void send(ServerMessage message) {
                if (message instanceof GradientTask given) after(0, () -> begin(given));
                if (message instanceof Cancel cancel) after(0, () -> cancelled(cancel.lease()));
            }

            private void begin(GradientTask given) {
                task = given;
                after(given.steps().tokens() / speed, () -> finished(given));
            }

            private void cancelled(Lease lease) {
                if (task == null || !task.lease().equals(lease)) return;
                lost++;
                task = null;
                desk.request(this);
            }

            private void finished(GradientTask done) {
                if (task != done) return;
                task = null;
                int tokens = done.steps().tokens(), millis = (int) Math.max(1, 1000 * tokens / speed);
                var work = tasks.find(done.lease().taskId()).orElseThrow().work();
                desk.open().counting(done.round(), countsIn -> {
                    var outcome = tasks.complete(done.lease(), name, 0, work, tokens, countsIn);
                    assertThat(outcome).isEqualTo(TaskLedger.Outcome.COMPLETED);
                    desk.took(done.lease(), name, tokens, millis);
                    desk.completed(done.lease());
                    late.add(countsIn - done.round());
                    return true;
                });
                desk.request(this);
            }

            @Override
            public void close(int code, String reason) {}
        }

        Device join(String name, double tokensPerSecond) {
            return join(name, tokensPerSecond, 1);
        }

        /** @param times so fast is it by its measurement at the start */
        Device join(String name, double tokensPerSecond, double times) {
            var device = new Device(name, tokensPerSecond, times * tokensPerSecond);
            workers.seen(name, "test", false, 1);
            devices.add(device);
            return device;
        }

        private void open(Recipe recipe, int number) {
            var files = new RoundFiles(HASH, HASH, 1, null, null, null, null);
            var round = new Round(number, files, 0, 0, null, null, null, clock.millis(), false);
            var checks = new Checks(recipe, ParameterLayout.of(MODEL).parameterCount(), MODEL.vocabulary(), 1);
            var schedule =
                    new WindowSchedule(Collections.nCopies(8, new CorpusShard(HASH, 500_000)), 64, STEPS.windows(), 1);
            int oldest = OpenRounds.oldest(number);
            desk.nextRound(() -> {
                int count = recipe.tasks(desk.free(oldest, number));
                rounds.advance(
                        new Opening(round, recipe.json(), STEPS.windows(), count, oldest, null, Opening.Also.NOTHING));
                var plans = new ArrayList<RoundPlan>();
                if (number > 0) plans.addAll(desk.open().since(oldest));
                plans.add(new RoundPlan(
                        round, MODEL, new Checkpoint(HASH, HASH, List.of(HASH), 1), List.of(), schedule, checks));
                return plans;
            });
        }

        private void tick() {
            for (Device device : devices) for (Lease lease : tasks.heldBy(device.name)) desk.heartbeat(device, lease);
            desk.expire();
            desk.recount();
            after(TICK, this::tick);
        }

        /** @return the rounds that were closed */
        private int run(int minTasks, double seconds) {
            return run(minTasks, minTasks, seconds);
        }

        /** @return the rounds that were closed */
        private int run(int minTasks, int roundTasks, double seconds) {
            var recipe = new Recipe(
                    STEPS,
                    RateSchedule.CONSTANT,
                    minTasks,
                    roundTasks,
                    32,
                    1,
                    0,
                    UpdateEncoding.INT8,
                    1,
                    0,
                    false,
                    UpdateEncoding.INT8,
                    null,
                    Aggregation.ROBUST,
                    TASK_SECONDS,
                    180,
                    900);
            new RunLedger(database, clock).create(new Run("test", "test", "{}", "{}", HASH, 1, 1, 1, false));
            desk.onRoundFull(number -> full = number);
            open(recipe, 0);
            for (Device device : devices) desk.join(device);
            for (Device device : devices) after(0, () -> desk.request(device));
            tick();
            long end = clock.millis() + (long) (1000 * seconds);
            while (true) {
                var next = events.remove();
                if (next.millis() > end) return desk.plan().round().number();
                clock.advance(Duration.ofMillis(next.millis() - clock.millis()));
                next.action().run();
                if (full == desk.plan().round().number()) open(recipe, full + 1);
            }
        }

        @Override
        public void close() {
            database.close();
        }
    }

    /** The fast one is done with a whole task in this time. */
    private void assertBothContribute(double wholeSeconds, double times) {
        try (var crowd = new Crowd()) {
            var fast = crowd.join("fast", WHOLE / wholeSeconds);
            var slow = crowd.join("slow", fast.speed / times);
            int closed = crowd.run(2, 240);
            assertThat(closed).as("rounds do not wait for the slow one").isGreaterThan((int) (90 / wholeSeconds / 2));
            assertThat(slow.lost).as("its tasks are not taken back").isZero();
            assertThat(slow.late.size()).isGreaterThan(5);
            assertThat(slow.late.subList(1, slow.late.size()))
                    .as("after the first they count for half at least")
                    .allMatch(rounds -> rounds <= 1);
            assertThat(fast.late.size()).isGreaterThan(closed);
        }
    }

    @Test
    void twentyTimesAsFast_bothContribute() {
        assertBothContribute(2.6, 20);
    }

    @Test
    void aHundredTimesAsFast_bothContribute() {
        assertBothContribute(2.6, 100);
    }

    /** What the device measures of itself at the start may be far from what it trains at. */
    @Property(tries = 20)
    void anyMeasurementAtTheStart_isCorrected(
            @ForAll @DoubleRange(min = 5, max = 150) double times,
            @ForAll @DoubleRange(min = 0.1, max = 8) double says) {
        try (var crowd = new Crowd()) {
            crowd.join("fast", WHOLE / 3);
            var slow = crowd.join("slow", WHOLE / 3 / times, says);
            crowd.run(2, 300);
            assertThat(slow.lost).isLessThanOrEqualTo(4);
            assertThat(slow.late.stream().filter(rounds -> rounds <= 1)).hasSizeGreaterThan(5);
        }
    }

    /** Of a round that asks for more tasks than there are workers each does several; one that holds its task for ever holds up nobody. */
    @Test
    void fewWorkers_computeSeveralWholeTasksEach_andWaitForNobodyWhoStays() {
        try (var crowd = new Crowd()) {
            for (int i = 0; i < 7; i++) crowd.join("w" + i, WHOLE / 60);
            crowd.join("never", 1e-6, 1e6 * WHOLE / 60);
            int closed = crowd.run(12, 16, 1300);
            assertThat(closed).as("of ten of two minutes").isBetween(8, 10);
            for (var device : crowd.devices.subList(0, 7)) {
                assertThat(device.late.stream().filter(rounds -> rounds == 0))
                        .as("%s: %s", device.name, device.late)
                        .hasSizeBetween(18, 24);
            }
        }
    }

    @Test
    void fourWorkers_computeFourTasksEach_andNobodyIsLate() {
        try (var crowd = new Crowd()) {
            for (int i = 0; i < 4; i++) crowd.join("w" + i, WHOLE / (58 + i));
            int closed = crowd.run(12, 16, 1300);
            assertThat(closed).as("of five of four minutes").isBetween(4, 5);
            for (var device : crowd.devices)
                assertThat(device.late).as(device.name).hasSizeBetween(16, 28).allMatch(rounds -> rounds == 0);
        }
    }

    /** The others have gone, and it had its share while they were there. */
    @Test
    void oneWhomTheOthersHaveLeft_goesOn() {
        try (var crowd = new Crowd()) {
            var stays = crowd.join("stays", WHOLE / 60);
            for (var name : List.of("a", "b", "c")) {
                var goes = crowd.join(name, WHOLE / 60);
                crowd.after(70, () -> {
                    crowd.desk.leave(goes);
                    goes.task = null;
                });
            }
            crowd.run(12, 16, 800);
            assertThat(stays.late).hasSizeGreaterThan(10);
        }
    }

    /** Who comes back to a round that everybody had left finds time for whole tasks. */
    @Test
    void oneAlone_thatComesBack_hasTimeForWholeTasks() {
        try (var crowd = new Crowd()) {
            var alone = crowd.join("alone", WHOLE / 60);
            crowd.after(100, () -> {
                crowd.desk.leave(alone);
                alone.task = null;
            });
            crowd.after(100_000, () -> {
                crowd.desk.join(alone);
                crowd.desk.request(alone);
            });
            crowd.run(6, 8, 100_300);
            assertThat(alone.late).as("one before, five after").hasSize(6);
        }
    }

    /** As above, of the preset small: a card that is as fast as four rounds need, beside laptops. */
    @Test
    void oneFastCardAmongLaptops_allContribute() {
        try (var crowd = new Crowd()) {
            crowd.join("card", WHOLE / 3);
            var laptops = List.of(
                    crowd.join("a", WHOLE / 120), crowd.join("b", WHOLE / 90, 0.6), crowd.join("c", WHOLE / 150, 1.7));
            crowd.run(4, 600);
            for (var laptop : laptops) {
                assertThat(laptop.lost).isZero();
                assertThat(laptop.late).hasSizeGreaterThan(5);
                assertThat(laptop.late.stream().skip(laptop.late.size() / 2))
                        .as("once it is known how long rounds last")
                        .allMatch(rounds -> rounds <= 1);
            }
        }
    }

    /** A worker that beats and never delivers, as slow as one may be, holds up one round, and that not long. */
    @Test
    void oneThatNeverDelivers_doesNotStopTheRounds() {
        try (var crowd = new Crowd()) {
            var fast = crowd.join("fast", WHOLE / 3);
            crowd.join("never", 1e-6, 1e6 * WHOLE / 60);
            int closed = crowd.run(2, 1200);
            assertThat(closed).as("of 200").isGreaterThan(150);
            assertThat(fast.late.size()).isGreaterThan(2 * 150);
        }
    }

    /** Its task is as large as those of all others together, and they do not wait until its lease ends. */
    private static void assertGoesOn(Crowd crowd, Crowd.Device never) {
        for (int i = 0; i < 7; i++) crowd.join("slow-" + i, WHOLE / 300);
        assertThat(crowd.run(2, 1200)).as("of 20").isGreaterThan(14);
        assertThat(never.late).isEmpty();
    }

    @Test
    void oneThatSaysItIsFastAndNeverDelivers_doesNotStopSlowOnes() {
        try (var crowd = new Crowd()) {
            assertGoesOn(crowd, crowd.join("never", 1e-6, 1e6 * WHOLE));
        }
    }

    @Test
    void oneThatSaysItIsFasterThanAny_doesNotStopSlowOnes() {
        try (var crowd = new Crowd()) {
            assertGoesOn(crowd, crowd.join("never", 1e-6, 1e6 * 1e8 * WHOLE));
        }
    }

    @Test
    void oneThatAsksForAnotherTaskInsteadOfDelivering_doesNotStopSlowOnes() {
        try (var crowd = new Crowd()) {
            var never = crowd.join("never", 1e-6, 1e6 * WHOLE / 60);
            for (int second = 85; second < 1200; second += 85) crowd.after(second, () -> crowd.desk.request(never));
            assertGoesOn(crowd, never);
        }
    }
}
