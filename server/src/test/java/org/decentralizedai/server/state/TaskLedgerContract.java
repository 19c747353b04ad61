package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.TaskLedger.Outcome;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every task ledger must do, whatever database is behind it. */
abstract class TaskLedgerContract {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final int STEPS = 4, BATCH = 3;
    private static final TaskLedger.Sizing WHOLE = sized(STEPS, BATCH);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

    private final MutableClock clock = new MutableClock();
    private Database database;
    private TaskLedger ledger;

    /** An empty database. */
    abstract Database open() throws Exception;

    @BeforeEach
    void openRound() throws Exception {
        database = open();
        ledger = new JdbcTaskLedger(database, clock);
        new RunLedger(database, clock).create(new Run("run", "nano", "{}", "{}", HASH, 1, 2, 2, false));
        openRound(0, 3);
    }

    private void openRound(int number, int tasks) {
        openRound(number, tasks, number);
    }

    /** @param oldest round whose tasks stay with their workers */
    private void openRound(int number, int tasks, int oldest) {
        openRound(number, STEPS * BATCH, tasks, oldest);
    }

    private void openRound(int number, int portion, int tasks, int oldest) {
        var round = new Round(
                number, new RoundFiles(HASH, HASH, 1, null, null, null, null), 0, 0, null, null, null, 0, false);
        new RoundLedger(database, clock)
                .advance(new Opening(round, "{}", portion, tasks, oldest, null, Opening.Also.NOTHING));
    }

    private static LoggedUpdate update(Lease lease, Work work) {
        return update(0, lease, work);
    }

    private static LoggedUpdate update(int round, Lease lease, Work work) {
        return new LoggedUpdate(
                round, 0, lease, "b", 32, 5, 4, UpdateEncoding.INT8, Slice.WHOLE, work, new Bytes(new byte[0]));
    }

    private static LoggedUpdate update(Lease lease, String worker, int round) {
        return new LoggedUpdate(
                round, lease, worker, 64, 5, 4, UpdateEncoding.INT8, Slice.WHOLE, new Bytes(new byte[0]));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static TaskLedger.Sizing sized(int steps, int batch) {
        return new TaskLedger.Sizing() {
            @Override
            public int wanted() {
                return steps * batch;
            }

            @Override
            public int windows(long portion) {
                return Integer.MAX_VALUE;
            }

            @Override
            public Work of(long portion, int first, int windows) {
                return steps * batch <= windows
                        ? new Work(portion, first, steps, batch)
                        : new Work(portion, first, windows, 1);
            }
        };
    }

    /** All that the lease gave out. */
    private Outcome complete(Lease lease, String worker, long position, int countsIn) {
        var work = ledger.find(lease.taskId()).map(TaskLedger.Task::work).orElse(new Work(0, 0, 1, 1));
        return ledger.complete(lease, worker, position, work, 64, countsIn);
    }

    private Lease lease(String worker) {
        return ledger.lease(0, worker, LEASE, LIMIT, WHOLE).orElseThrow();
    }

    @Test
    void lease_freeTasks_givesEachOnceInOrder() {
        assertThat(List.of(lease("a").taskId(), lease("b").taskId(), lease("c").taskId()))
                .containsExactly(0L, 1L, 2L);
        assertThat(ledger.lease(0, "d", LEASE, LIMIT, WHOLE)).isEmpty();
    }

    @Test
    void lease_expired_goesToAnotherUnderALargerFence() {
        var first = lease("a");
        clock.advance(LEASE.plusMillis(1));
        assertThat(ledger.expire()).containsExactly(new TaskLedger.Expired(first, "a"));
        assertThat(ledger.expire()).isEmpty();
        var second = lease("b");
        assertThat(second).isEqualTo(new Lease(first.taskId(), first.fence() + 1));
        assertThat(complete(first, "a", 7, 0)).isEqualTo(Outcome.STALE);
        assertThat(complete(second, "b", 8, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.find(first.taskId()).orElseThrow().logPosition()).isEqualTo(8);
    }

    /** With the adapter that it has then. What it becomes afterwards does not matter. */
    @Test
    void complete_remembersWhetherTheAccountWasProven() {
        var trust = "insert into trust (worker, numeric_class, valid) values (?, 'adapter', ?)";
        database.jdbi().useHandle(handle -> {
            handle.execute(trust, "old", Trust.PROVEN);
            handle.execute(trust, "moved", Trust.PROVEN);
            handle.execute(trust, "new", Trust.PROVEN - 1);
        });
        var workers = new WorkerLedger(database, clock);
        for (String worker : List.of("old", "new")) workers.seen(worker, "adapter", false, 1);
        workers.seen("moved", "another adapter", false, 1);
        for (String worker : List.of("old", "new", "moved")) complete(lease(worker), worker, 7, 0);
        assertThat(ledger.counted(0)).extracting(TaskLedger.Task::unproven).containsExactly(false, true, true);
        assertThat(ledger.replace(1, 7, "auditor", 8)).isTrue();
        assertThat(ledger.find(1).orElseThrow().unproven())
                .as("it weighs no more than its task's own account")
                .isTrue();
    }

    @Test
    void complete_expiredButNotLeasedAgain_counts() {
        var lease = lease("a");
        clock.advance(LEASE.plusMillis(1));
        ledger.expire();
        assertThat(complete(lease, "a", 7, 0)).isEqualTo(Outcome.COMPLETED);
    }

    /** The database has lost the lease, the log has its update. */
    @Test
    void adopt_leaseThatTheDatabaseDoesNotKnow_counts() {
        var known = lease("a");
        var lost = new Lease(known.taskId(), known.fence() + 1);
        assertThat(complete(lost, "b", 7, 0)).isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(lost, "b", 0), 7, 0)).isEqualTo(Outcome.COMPLETED);
        var task = ledger.find(known.taskId()).orElseThrow();
        assertThat(task.worker()).isEqualTo("b");
        assertThat(task.fence()).isEqualTo(lost.fence());
        assertThat(complete(known, "a", 8, 0)).isEqualTo(Outcome.ALREADY_DONE);
        assertThat(ledger.adopt(update(lost, "b", 0), 9, 0)).isEqualTo(Outcome.ALREADY_DONE);
    }

    @Test
    void adopt_leasedAgainSince_isStale() {
        var first = lease("a");
        clock.advance(LEASE.plusMillis(1));
        ledger.expire();
        var second = lease("b");
        assertThat(second.taskId()).isEqualTo(first.taskId());
        assertThat(ledger.adopt(update(first, "a", 0), 7, 0)).isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(second, "b", 0), 8, 0)).isEqualTo(Outcome.COMPLETED);
    }

    private Lease replica(Lease original, String worker) {
        return ledger.replicate(original, worker, LEASE, LIMIT).orElseThrow();
    }

    private TaskLedger.Task find(Lease lease) {
        return ledger.find(lease.taskId()).orElseThrow();
    }

    @Test
    void replicate_live_givesTheSameWorkAndFormUnderAnotherNumber() {
        lease("z");
        var original = lease("a");
        var replica = replica(original, "b");
        assertThat(replica.taskId()).isEqualTo(3);
        assertThat(find(replica).work()).isEqualTo(find(original).work());
        assertThat(find(replica).index()).isEqualTo(find(original).index()).isEqualTo(1);
        assertThat(find(replica).replicaOf()).isEqualTo(original.taskId());
        assertThat(ledger.twins(original.taskId())).containsExactly(find(replica));
        assertThat(ledger.twins(replica.taskId())).containsExactly(find(original));
        var another = replica(original, "c");
        assertThat(ledger.twins(replica.taskId())).containsExactly(find(original), find(another));
        assertThat(ledger.heldBy("b")).containsExactly(replica);
        assertThat(ledger.tasks(0)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L);
        new RoundLedger(database, clock).openTask(0);
        assertThat(ledger.tasks(0)).extracting(TaskLedger.Task::index).containsExactly(0, 1, 2, 3);
    }

    @Test
    void replicate_freeStaleOrReplica_isEmpty() {
        assertThat(ledger.replicate(new Lease(0, 0), "b", LEASE, LIMIT)).isEmpty();
        var given = lease("a");
        var replica = replica(given, "b");
        assertThat(ledger.replicate(replica, "c", LEASE, LIMIT)).isEmpty();
        ledger.release(given, "a");
        assertThat(ledger.replicate(given, "c", LEASE, LIMIT)).isEmpty();
    }

    /** Its update is kept and booked, and is in no mean; windows that it left out are the original's. */
    @Test
    void complete_replica_countsInNoRoundAndFreesNoWindows() {
        var original = lease("a");
        var replica = replica(original, "b");
        var half = find(replica).work().done(STEPS / 2);
        assertThat(ledger.complete(replica, "b", 7, half, 64, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.complete(replica, "b", 8, half, 64, 0)).isEqualTo(Outcome.ALREADY_DONE);
        assertThat(ledger.counted(0)).isEmpty();
        assertThat(find(replica).countsIn()).isNull();
        assertThat(find(replica).position()).isEqualTo(7);
        assertThat(ledger.replace(replica.taskId(), 7, "auditor", 9)).isFalse();
        assertThat(complete(original, "a", 10, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.counted(0)).extracting(TaskLedger.Task::id).containsExactly(original.taskId());
        int free = database.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from free_range")
                        .mapTo(Integer.class)
                        .one());
        assertThat(free).isZero();
        assertThat(ledger.replicate(original, "c", LEASE, LIMIT))
                .as("of one that is done")
                .isPresent();
    }

    @Test
    void replica_givenBackOrExpired_goesToNobody() {
        var original = lease("a");
        var back = replica(original, "b");
        var silent = replica(original, "c");
        assertThat(ledger.release(back, "b")).isTrue();
        clock.advance(LEASE.plusMillis(1));
        assertThat(ledger.expire()).extracting(TaskLedger.Expired::lease).containsExactlyInAnyOrder(original, silent);
        openRound(1, 4);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L, 5L);
        assertThat(ledger.inPlay(0, 1)).containsExactly(1);
        for (int i = 0; i < 4; i++)
            assertThat(ledger.lease(1, "d" + i, LEASE, LIMIT, WHOLE)
                            .orElseThrow()
                            .taskId())
                    .isNotIn(back.taskId(), silent.taskId());
        assertThat(ledger.lease(1, "e", LEASE, LIMIT, WHOLE)).isEmpty();
        new RoundLedger(database, clock).trimTasks(1);
        assertThat(ledger.find(back.taskId())).isEmpty();
    }

    @Test
    void adopt_replica_countsInNoRound() {
        var replica = replica(lease("a"), "b");
        assertThat(ledger.adopt(update(0, replica, find(replica).work()), 7, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(find(replica).state()).isEqualTo(State.DONE);
        assertThat(ledger.counted(0)).isEmpty();
    }

    @Test
    void complete_twice_countsOnce() {
        var lease = lease("a");
        assertThat(complete(lease, "a", 7, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(complete(lease, "a", 8, 0)).isEqualTo(Outcome.ALREADY_DONE);
        assertThat(ledger.find(lease.taskId()).orElseThrow().logPosition()).isEqualTo(7);
    }

    @Test
    void complete_otherWorkerOrUnknownTask_doesNothing() {
        var lease = lease("a");
        assertThat(complete(lease, "b", 7, 0)).isEqualTo(Outcome.STALE);
        assertThat(complete(new Lease(99, 1), "a", 7, 0)).isEqualTo(Outcome.NO_SUCH_TASK);
        assertThat(ledger.find(lease.taskId()).orElseThrow().state()).isEqualTo(State.LEASED);
    }

    @Test
    void release_live_freesTheTaskAndEndsTheLease() {
        var lease = lease("a");
        assertThat(ledger.release(lease, "b")).isFalse();
        assertThat(ledger.release(lease, "a")).isTrue();
        assertThat(ledger.release(lease, "a")).isFalse();
        assertThat(complete(lease, "a", 7, 0)).isEqualTo(Outcome.STALE);
        assertThat(lease("b").fence()).isEqualTo(lease.fence() + 1);
    }

    @Test
    void renew_live_movesTheDeadlineUpToTheLimit() {
        var lease = lease("a");
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofSeconds(50));
            assertThat(ledger.renew(lease, "a", LEASE)).isTrue();
        }
        clock.advance(Duration.ofMillis(1)); // 150 s and 1 ms after the lease
        assertThat(ledger.renew(lease, "a", LEASE)).isFalse();
        assertThat(ledger.expire()).hasSize(1);
    }

    @Test
    void renew_shorter_bringsTheDeadlineForward() {
        var lease = lease("a");
        assertThat(ledger.renew(lease, "a", Duration.ofSeconds(5))).isTrue();
        clock.advance(Duration.ofSeconds(6));
        assertThat(ledger.expire()).hasSize(1);
    }

    @Test
    void extendAll_afterARest_keepsLeasesAlive() {
        var lease = lease("a");
        clock.advance(Duration.ofDays(1));
        ledger.extendAll(LEASE);
        assertThat(ledger.expire()).isEmpty();
        assertThat(ledger.renew(lease, "a", LEASE)).isTrue();
    }

    @Test
    void openTask_runningRound_numbersOn() {
        new RoundLedger(database, clock).openTask(0);
        openRound(1, 6);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::index).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void complete_afterItsRoundClosed_countsInTheRoundThatRuns() {
        var late = lease("a");
        var done = lease("b");
        assertThat(complete(done, "b", 1, 0)).isEqualTo(Outcome.COMPLETED);
        openRound(1, 2, 0);
        assertThat(ledger.heldBy("a")).containsExactly(late);
        assertThat(ledger.leased(0)).extracting(TaskLedger.Task::id).containsExactly(late.taskId());
        assertThat(ledger.leased(1)).isEmpty();
        assertThat(ledger.inPlay(0, 1)).containsExactlyInAnyOrder(0, 1);
        var next = ledger.lease(1, "b", LEASE, LIMIT, WHOLE).orElseThrow();
        assertThat(complete(next, "b", 2, 1)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.renew(late, "a", LEASE)).isTrue();
        assertThat(complete(late, "a", 3, 1)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.counted(0)).extracting(TaskLedger.Task::id).containsExactly(done.taskId());
        assertThat(ledger.counted(1))
                .as("by their own round first")
                .extracting(TaskLedger.Task::id)
                .containsExactly(late.taskId(), next.taskId());
        assertThat(ledger.inPlay(0, 2)).as("one task of it is free").containsExactly(1);
    }

    /** Round 0 has three tasks: one is free at its close, one given back later, one runs out. */
    @Test
    void openRound_tasksThatWereLeft_comeUnderTheirOwnNumbers() {
        var given = lease("a");
        var silent = lease("b");
        openRound(1, 2, 0);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(2L, 3L);
        assertThat(ledger.release(given, "a")).isTrue();
        clock.advance(LEASE.plusMillis(1));
        assertThat(ledger.expire()).hasSize(1);
        openRound(2, 3, 0);
        assertThat(ledger.tasks(2)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L);
        assertThat(complete(silent, "b", 7, 2)).as("it has moved").isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(silent, "b", 0), 7, 2)).isEqualTo(Outcome.STALE);
        assertThat(ledger.lease(2, "c", LEASE, LIMIT, WHOLE).orElseThrow().fence())
                .isGreaterThan(given.fence() + 1);
        openRound(3, 4, 0);
        assertThat(ledger.tasks(3)).extracting(TaskLedger.Task::id).containsExactly(3L, 1L, 2L, 4L);
        assertThat(ledger.tasks(3)).extracting(TaskLedger.Task::index).containsExactly(0, 1, 2, 3);
    }

    @Test
    void openRound_moreLeftThanItTakes_theOthersWaitAndAreNotForgotten() {
        openRound(1, 2, 0);
        new RoundLedger(database, clock).trimTasks(1);
        new RoundLedger(database, clock).openTask(1);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L);
        new RoundLedger(database, clock).openTask(1);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void openRound_oldLeases_areTakenBackAndWhatCameTooSoonCountsNoMore() {
        var old = lease("a");
        var early = lease("b");
        assertThat(complete(early, "b", 1, 1)).isEqualTo(Outcome.COMPLETED); // while round 0 is being closed
        openRound(1, 1, 1); // goes back
        assertThat(ledger.heldBy("a")).isEmpty();
        assertThat(complete(old, "a", 2, 1)).isEqualTo(Outcome.STALE);
        assertThat(ledger.counted(1)).isEmpty();
        assertThat(ledger.counted(0)).extracting(TaskLedger.Task::id).containsExactly(early.taskId());
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(old.taskId());
    }

    @Test
    void adopt_ofAnotherRoundThanTheTaskIsIn_isStale() {
        openRound(1, 1);
        var moved = new Lease(0, 9);
        assertThat(ledger.tasks(1)).extracting(TaskLedger.Task::id).containsExactly(0L);
        var work = new Work(0, 0, 1, BATCH);
        assertThat(ledger.adopt(update(0, moved, work), 7, 1)).isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(1, moved, work), 8, 1)).isEqualTo(Outcome.COMPLETED);
    }

    private Work leased(int steps, int batch) {
        return leased(0, steps, batch);
    }

    private Work leased(int round, int steps, int batch) {
        var lease = ledger.lease(round, "a", LEASE, LIMIT, sized(steps, batch)).orElseThrow();
        return ledger.find(lease.taskId()).orElseThrow().work();
    }

    @Test
    void lease_smallTasks_shareAPortion() {
        assertThat(leased(2, 2)).isEqualTo(new Work(0, 0, 2, 2));
        assertThat(leased(2, 3)).isEqualTo(new Work(0, 4, 2, 3));
        assertThat(leased(4, 3)).as("the rest is 2, a scrap").isEqualTo(new Work(1, 0, 4, 3));
    }

    @Test
    void lease_scraps_waitForSmallTasks_untilThereAreMany() {
        openRound(1, Portions.MOST_SCRAPS + 3);
        for (int i = 0; i < Portions.MOST_SCRAPS; i++)
            assertThat(leased(1, 5, 2)).as("leaves 2 of 12").isEqualTo(new Work(i, 0, 5, 2));
        assertThat(leased(1, 5, 2)).as("no more of them").isEqualTo(new Work(0, 10, 2, 1));
        assertThat(leased(1, 1, 2)).as("just right").isEqualTo(new Work(1, 10, 1, 2));
        assertThat(leased(1, 5, 2)).as("few again").isEqualTo(new Work(Portions.MOST_SCRAPS, 0, 5, 2));
    }

    @Test
    void lease_freeRanges_takesTheSmallestThatIsEnough() {
        var first = lease("a");
        complete(first, "a", 7, new Work(0, 0, 2, BATCH)); // 6 of it stay free
        assertThat(leased(1, 2)).isEqualTo(new Work(0, 6, 1, 2)); // 4
        new RoundLedger(database, clock).openTask(0);
        assertThat(leased(1, 4)).isEqualTo(new Work(0, 8, 1, 4)); // none
        assertThat(leased(1, 1)).isEqualTo(new Work(1, 0, 1, 1));
    }

    private void complete(Lease lease, String worker, long position, Work done) {
        assertThat(ledger.complete(lease, worker, position, done, 64, 0)).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void lease_thatCameBack_isGivenOutAgainAndNoMore() {
        var given = ledger.lease(0, "a", LEASE, LIMIT, sized(2, 2)).orElseThrow();
        ledger.release(given, "a");
        for (int i = 0; i < 2; i++) lease("b");
        var again = ledger.lease(0, "c", LEASE, LIMIT, WHOLE).orElseThrow();
        assertThat(again.taskId()).isEqualTo(given.taskId());
        assertThat(ledger.find(given.taskId()).orElseThrow().windows()).isEqualTo(4);
    }

    /** The database has lost the lease and what it took. */
    @Test
    void adopt_windowsThatAreFree_takesThem() {
        ledger.lease(0, "a", LEASE, LIMIT, sized(1, 2)); // windows 0 and 1 of portion 0
        var lost = new Lease(1, 1);
        assertThat(ledger.adopt(update(lost, new Work(0, 1, 2, BATCH)), 7, 0))
                .as("one of them is another task's")
                .isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(lost, new Work(0, 4, 2, BATCH)), 7, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.find(1).orElseThrow().work()).isEqualTo(new Work(0, 4, 2, BATCH));
        assertThat(leased(1, 1)).as("the smallest free range: 2, 3").isEqualTo(new Work(0, 2, 1, 1));
    }

    @Test
    void adopt_portionThatTheDatabaseHasNotOpened_opensItAndThoseBefore() {
        assertThat(ledger.adopt(update(new Lease(1, 1), new Work(1, 0, STEPS, BATCH)), 7, 0))
                .isEqualTo(Outcome.COMPLETED);
        assertThat(leased(STEPS, BATCH).portion()).isEqualTo(0);
        assertThat(leased(STEPS, BATCH).portion()).isEqualTo(2);
    }

    @Test
    void adopt_taskThatHasOtherWindows_isStale() {
        var lost = new Lease(lease("a").taskId(), 2);
        assertThat(ledger.adopt(update(lost, new Work(5, 0, STEPS, BATCH)), 7, 0))
                .isEqualTo(Outcome.STALE);
        assertThat(ledger.adopt(update(lost, new Work(0, 0, 2, BATCH)), 7, 0)).isEqualTo(Outcome.COMPLETED);
        assertThat(ledger.find(lost.taskId()).orElseThrow().work()).isEqualTo(new Work(0, 0, 2, BATCH));
    }

    @Test
    void openRound_portionsOfAnotherSize_beginAnew() {
        var some = lease("a");
        var late = lease("b");
        var back = lease("c");
        complete(some, "a", 7, new Work(0, 0, 1, BATCH)); // leaves windows
        ledger.release(back, "c");
        openRound(1, 4, 2, 0);
        assertThat(leased(1, 2, 2))
                .isEqualTo(new Work(3, 0, 2, 2)); // that which came back, which keeps its number only
        complete(
                late, "b", 8, new Work(1, 0, 1, BATCH)); // as it was given out; what it leaves are other windows by now
        assertThat(leased(1, 2, 2)).isEqualTo(new Work(4, 0, 2, 2));
    }

    /** 16 threads, 10,000 operations; the laws are checked on what the ledger answered. */
    @Test
    void manyThreads_randomOperations_keepTheLaws() throws Exception {
        openRound(1, 200);
        var issued = ConcurrentHashMap.<Lease>newKeySet();
        var duplicates = new ConcurrentLinkedQueue<Lease>();
        Map<Long, Long> completedBy = new ConcurrentHashMap<>();
        var twice = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                int seed = t;
                all.add(threads.submit(() -> {
                    var random = new Random(seed);
                    var mine = new ArrayList<Lease>();
                    String worker = "w" + seed;
                    for (int i = 0; i < 625; i++) {
                        int dice = random.nextInt(10);
                        if (dice < 4 || mine.isEmpty()) {
                            ledger.lease(1, worker, LEASE, LIMIT, WHOLE).ifPresent(lease -> {
                                if (!issued.add(lease)) duplicates.add(lease);
                                mine.add(lease);
                            });
                        } else if (dice < 6) {
                            var lease = mine.get(random.nextInt(mine.size()));
                            if (complete(lease, worker, i, 1) == Outcome.COMPLETED
                                    && completedBy.put(lease.taskId(), lease.fence()) != null) twice.incrementAndGet();
                        } else if (dice < 7) ledger.renew(mine.get(random.nextInt(mine.size())), worker, LEASE);
                        else if (dice < 8) ledger.release(mine.get(random.nextInt(mine.size())), worker);
                        else if (dice < 9) ledger.expire();
                        else clock.advance(Duration.ofSeconds(2));
                    }
                }));
            }
            for (Future<?> one : all) one.get();
        }
        assertThat(duplicates).isEmpty();
        assertThat(twice).hasValue(0);
        assertThat(completedBy).isNotEmpty();
        for (TaskLedger.Task task : ledger.tasks(1)) {
            assertThat(task.state() == State.DONE).isEqualTo(completedBy.containsKey(task.id()));
            if (task.state() == State.DONE) assertThat(task.fence()).isEqualTo(completedBy.get(task.id()));
            long newest = issued.stream()
                    .filter(lease -> lease.taskId() == task.id())
                    .mapToLong(Lease::fence)
                    .max()
                    .orElse(0);
            assertThat(task.fence()).isEqualTo(newest);
        }
    }
}
