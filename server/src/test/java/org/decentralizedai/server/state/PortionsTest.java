package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.TaskLedger.Outcome;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;

/** Whatever becomes of tasks, each window of the corpus is trained on once, or waits for it. */
class PortionsTest {
    private static final int STEPS = 4,
            BATCH = 3,
            PORTION = 30,
            SHORT = 17,
            TASKS = 3,
            ROUNDS_WITH_TASKS = 2,
            EARLIER = 3;
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

    private record Held(int round, Lease lease, String worker) {}

    private static final class Fixture implements AutoCloseable {
        final MutableClock clock = new MutableClock();
        final Database database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH");
        final Map<String, Integer> trained = new HashMap<>(); // how often each window was
        final List<Held> leases = new ArrayList<>(); // all that were ever given
        TaskLedger tasks = new JdbcTaskLedger(database, clock);
        RoundLedger rounds = new RoundLedger(database, clock);
        int round = -1;

        Fixture() {
            new RunLedger(database, clock).create(new Run("run", "nano", "{}", "{}", HASH, 1, 2, 2, false));
            nextRound(false);
        }

        /** Also in the midst of one. @param back all tasks are taken from their workers, as after going back */
        void nextRound(boolean back) {
            var files = new RoundFiles(HASH, HASH, 1, null, null, null, null);
            var next = new Round(++round, files, 0, 0, null, null, null, 0, false);
            int oldest = back ? round : round - EARLIER;
            rounds.advance(new Opening(next, "{}", PORTION, TASKS, oldest, null, Opening.Also.NOTHING));
            rounds.trimTasks(round - ROUNDS_WITH_TASKS);
        }

        void restart() {
            tasks = new JdbcTaskLedger(database, clock);
            rounds = new RoundLedger(database, clock);
            new Portions(database).adopt(PORTION, STEPS, BATCH);
            tasks.extendAll(LEASE);
        }

        void lease(int steps, int batch) {
            String worker = "w" + leases.size();
            tasks.lease(round, worker, LEASE, LEASE, sizing(steps, batch))
                    .ifPresent(lease -> leases.add(new Held(round, lease, worker)));
        }

        /** As the last portions of shards. */
        static int windows(long portion) {
            return portion % 3 == 2 ? SHORT : PORTION;
        }

        private static TaskLedger.Sizing sizing(int steps, int batch) {
            return new TaskLedger.Sizing() {
                @Override
                public int wanted() {
                    return steps * batch;
                }

                @Override
                public int windows(long portion) {
                    return Fixture.windows(portion);
                }

                @Override
                public Work of(long portion, int first, int windows) {
                    return steps * batch <= windows
                            ? new Work(portion, first, steps, batch)
                            : new Work(portion, first, windows, 1);
                }
            };
        }

        /** Any lease, old or new, whatever has become of it. */
        void complete(int which, int steps, boolean adopted) {
            if (leases.isEmpty()) return;
            var held = leases.get(which % leases.size());
            var task = tasks.find(held.lease().taskId());
            if (task.isEmpty() || task.get().steps() == 0) return;
            var work = task.get().work();
            var done = work.done(Math.min(steps, work.steps()));
            var outcome = adopted
                    ? tasks.adopt(update(held, done), 1, round)
                    : tasks.complete(held.lease(), held.worker(), 1, done, 1, round);
            if (outcome != Outcome.COMPLETED) return;
            for (int i = 0; i < done.windows(); i++) count(trained, done.portion(), done.first() + i);
        }

        private static LoggedUpdate update(Held held, Work done) {
            return new LoggedUpdate(
                    held.round(),
                    0,
                    held.lease(),
                    held.worker(),
                    1,
                    5,
                    4,
                    UpdateEncoding.INT8,
                    Slice.WHOLE,
                    done,
                    new Bytes(new byte[0]));
        }

        private static void count(Map<String, Integer> counts, long portion, int window) {
            counts.merge(portion + ":" + window, 1, Integer::sum);
        }

        void release(int which) {
            if (leases.isEmpty()) return;
            var held = leases.get(which % leases.size());
            tasks.release(held.lease(), held.worker());
        }

        void act(int action) {
            int steps = 1 + Math.floorMod(action / 16, STEPS), batch = 1 + Math.floorMod(action / 64, BATCH);
            int which = Math.floorMod(action / 256, 1000);
            switch (Math.floorMod(action, 16)) {
                case 0 -> nextRound(which % 4 == 0);
                case 1 -> restart();
                case 2 -> rounds.openTask(round);
                case 3 -> {
                    clock.advance(LEASE.plusMillis(1));
                    tasks.expire();
                }
                case 4 -> release(which);
                case 5 -> complete(which, steps, true);
                case 6, 7, 8, 9, 10 -> complete(leases.size() - 1 - which % (1 + leases.size() / 2), steps, false);
                default -> lease(steps, batch);
            }
        }

        void checkThatNothingIsLostOrDouble() {
            var all = new HashMap<>(trained);
            for (int r = 0; r <= round; r++)
                for (TaskLedger.Task task : tasks.tasks(r))
                    if (task.state() != State.DONE)
                        for (int i = 0; i < task.windows(); i++) count(all, task.portion(), task.first() + i);
            database.jdbi()
                    .useHandle(handle -> handle.createQuery("select portion, first_window, windows from free_range")
                            .map((row, _) -> {
                                int end = Math.min(windows(row.getLong(1)), row.getInt(2) + row.getInt(3));
                                for (int i = row.getInt(2); i < end; i++) count(all, row.getLong(1), i);
                                return row.getLong(1);
                            })
                            .list());
            long portions = database.jdbi()
                    .withHandle(handle -> handle.createQuery("select next_portion from run")
                            .mapTo(Long.class)
                            .one());
            assertThat(all)
                    .hasSize(LongStream.range(0, portions)
                            .mapToInt(Fixture::windows)
                            .sum());
            assertThat(all.values()).allMatch(times -> times == 1);
        }

        @Override
        public void close() {
            database.close();
        }
    }

    @Property(tries = 100)
    void windows_whateverBecomesOfTasks_areTrainedOnOnceOrWait(
            @ForAll @Size(min = 10, max = 80) List<Integer> actions) {
        try (var fixture = new Fixture()) {
            for (int action : actions) {
                fixture.act(action);
                fixture.checkThatNothingIsLostOrDouble();
            }
        }
    }
}
