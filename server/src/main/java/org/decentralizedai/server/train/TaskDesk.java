package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.jspecify.annotations.Nullable;

/**
 * Gives each free worker the next task. A task is leased to one worker at a time and goes to another when its lease runs out; a
 * worker for which there is none is told so and is sent one as soon as there is. Which lease lives is the {@link TaskLedger}'s
 * to say; the desk knows who is connected. Thread-safe.
 */
public final class TaskDesk {
    /** Close code: the same key has connected again, from another tab or after a broken connection. */
    public static final int REPLACED = 4409;

    /** Whether tasks are given out. */
    public enum Mode {
        RUNNING,
        PAUSED,
        DRAINING
    }

    private static final int RETRY_MILLIS = 15_000;

    private record Holder(Lease lease, String worker) {}

    private final TaskLedger tasks;
    private final RoundLedger rounds;
    private final TrainMetrics metrics;
    private final Duration grace;
    private final Map<String, Worker> online = new LinkedHashMap<>();
    private final Set<Worker> idle = new LinkedHashSet<>();
    private final Map<Long, Holder> holders = new HashMap<>(); // of tasks that are not done
    private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(); // written while rounds change
    private IntConsumer onRoundFull = _ -> {};
    private Mode mode = Mode.RUNNING;
    private boolean full; // every task of the round is done
    private @Nullable MemoryPlan memory; // of the plan
    private volatile @Nullable RoundPlan plan;

    /** @param grace how long the task of a worker that has lost its connection waits for it */
    public TaskDesk(TaskLedger tasks, RoundLedger rounds, TrainMetrics metrics, Duration grace) {
        this.tasks = tasks;
        this.rounds = rounds;
        this.metrics = metrics;
        this.grace = grace;
        metrics.online(this::online);
    }

    /** @param listener is told the number of a round whose tasks are all done, maybe more than once */
    void onRoundFull(IntConsumer listener) {
        onRoundFull = listener;
    }

    RoundPlan plan() {
        var current = plan;
        if (current == null) throw new IllegalStateException("no round is open yet");
        return current;
    }

    /** The worker is connected; an older connection of the same worker is closed. */
    public synchronized void join(Worker worker) {
        var old = online.put(worker.id(), worker);
        if (old == null || old == worker) return;
        idle.remove(old);
        old.close(REPLACED, "this device has connected again from elsewhere");
    }

    /** The connection is gone. Its task waits a little: the worker may come back and go on. */
    public synchronized void leave(Worker worker) {
        idle.remove(worker);
        if (!online.remove(worker.id(), worker)) return;
        for (Lease lease : tasks.heldBy(worker.id(), plan().round().number())) tasks.renew(lease, worker.id(), grace);
    }

    /** The worker is free: whatever it still holds, it has lost. */
    public synchronized void request(Worker worker) {
        for (Lease lease : tasks.heldBy(worker.id(), plan().round().number())) tasks.release(lease, worker.id());
        if (!assign(worker)) worker.send(new Idle(idleReason(worker), RETRY_MILLIS));
    }

    public synchronized void heartbeat(Worker worker, Lease lease) {
        if (!tasks.renew(lease, worker.id(), plan().recipe().lease()))
            worker.send(new Cancel(lease, "the lease has run out or its round has closed"));
    }

    public synchronized void abandon(Worker worker, Lease lease) {
        giveBack(worker.id(), lease);
    }

    synchronized void giveBack(String worker, Lease lease) {
        if (!tasks.release(lease, worker)) return;
        holders.remove(lease.taskId());
        dispatch();
    }

    private IdleReason idleReason(Worker worker) {
        return switch (mode) {
            case PAUSED -> IdleReason.PAUSED;
            case DRAINING -> IdleReason.DRAINING;
            case RUNNING -> fits(worker) ? IdleReason.ROUND_FULL : IdleReason.DEVICE_TOO_SMALL;
        };
    }

    /** Sends the worker a task, or remembers that it waits for one. */
    private boolean assign(Worker worker) {
        if (mode == Mode.RUNNING && !full && fits(worker)) {
            var lease = lease(worker);
            if (lease.isPresent()) {
                idle.remove(worker);
                worker.send(task(lease.get()));
                return true;
            }
        }
        idle.add(worker);
        return false;
    }

    private Optional<Lease> lease(Worker worker) {
        int round = plan().round().number();
        var recipe = plan().recipe();
        var lease = tasks.lease(round, worker.id(), recipe.lease(), recipe.maxLease());
        if (lease.isEmpty() && tasks.tasks(round).size() < recipe.tasks(online.size())) {
            rounds.openTask(round);
            lease = tasks.lease(round, worker.id(), recipe.lease(), recipe.maxLease());
        }
        lease.ifPresent(l -> hold(l, worker.id()));
        return lease;
    }

    private void hold(Lease lease, String worker) {
        var old = holders.put(lease.taskId(), new Holder(lease, worker));
        if (old != null && !old.worker().equals(worker))
            cancel(old, "the task took too long and went to another worker");
    }

    private void cancel(Holder holder, String sentence) {
        var worker = online.get(holder.worker());
        if (worker != null) worker.send(new Cancel(holder.lease(), sentence));
    }

    GradientTask task(Lease lease) {
        var p = plan();
        return new GradientTask(
                lease,
                p.round().number(),
                p.checkpoint().hash(),
                p.checkpoint().pieces(),
                p.hops(),
                p.secondMoment(),
                p.windows().windows(lease.taskId()),
                p.recipe().steps(p.round().tokens()),
                p.recipe().form(p.round().number(), index(lease)),
                p.recipe().auditable(),
                p.recipe().leaseSeconds() * 1000);
    }

    private int index(Lease lease) {
        return tasks.find(lease.taskId()).orElseThrow().index();
    }

    private boolean fits(Worker worker) {
        return worker.hello().maxStorageBytes() >= memory().greatestBuffer();
    }

    /** What a task takes of a device that can keep all activations. */
    synchronized MemoryPlan memory() {
        var known = memory;
        if (known == null)
            known = MemoryPlan.keeping(
                    TaskShape.of(plan().model(), plan().recipe().steps()));
        memory = known;
        return known;
    }

    private void dispatch() {
        for (Worker worker : List.copyOf(idle)) if (!assign(worker) && mode != Mode.RUNNING) return;
    }

    /** Called with each accepted update. */
    synchronized void completed(Lease lease) {
        holders.remove(lease.taskId());
        recount();
    }

    /** Closes the round if it is full; to be called now and then, as the answer to the last update's commit can be lost. */
    synchronized void recount() {
        if (full) return;
        int round = plan().round().number();
        if (!tasks.tasks(round).stream().allMatch(task -> task.state() == TaskLedger.State.DONE)) return;
        full = true;
        onRoundFull.accept(round);
    }

    /** Runs the action unless the plan's round is no longer the running one; no round begins or ends meanwhile. */
    <T> Optional<T> duringRound(RoundPlan expected, Supplier<T> action) {
        turn.readLock().lock();
        try {
            return plan == expected ? Optional.of(action.get()) : Optional.empty();
        } finally {
            turn.readLock().unlock();
        }
    }

    /** Waits for updates that are being accepted. */
    void settle() {
        turn.writeLock().lock();
        turn.writeLock().unlock();
    }

    /** Runs {@code change}, which commits the next round, and gives out its tasks. Leases of the round before are cancelled. */
    void nextRound(Supplier<RoundPlan> change) {
        turn.writeLock().lock();
        try {
            var next = change.get();
            synchronized (this) {
                plan = next;
                memory = null;
                full = false;
                for (Holder holder : holders.values()) cancel(holder, "the round has closed");
                holders.clear();
                dispatch();
            }
        } finally {
            turn.writeLock().unlock();
        }
    }

    /** Frees tasks whose lease has run out and hands them to workers that wait. */
    synchronized void expire() {
        int count = tasks.expire().size();
        metrics.expired(count);
        if (count > 0) dispatch();
    }

    public synchronized void mode(Mode mode) {
        this.mode = mode;
        if (mode == Mode.RUNNING) dispatch();
    }

    public synchronized Mode mode() {
        return mode;
    }

    public synchronized int online() {
        return online.size();
    }

    /** Closes the connection of a worker that was banned. */
    public synchronized void disconnect(String worker, int code, String reason) {
        var connected = online.get(worker);
        if (connected != null) connected.close(code, reason);
    }
}
