package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.worker.MemoryPlan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each free worker the next task. A task is leased to one worker at a time and goes to another when its lease runs out; when
 * its round closes it stays where it is for some rounds. A worker for which there is none is told so and is sent one as soon as
 * there is. Which lease lives is the {@link TaskLedger}'s to say; the desk knows who is connected. Thread-safe.
 */
public final class TaskDesk {
    private static final Logger LOG = LoggerFactory.getLogger(TaskDesk.class);

    /** Close code: the same key has connected again, from another tab or after a broken connection. */
    public static final int REPLACED = 4409;

    /** Whether tasks are given out. */
    public enum Mode {
        RUNNING,
        PAUSED,
        DRAINING
    }

    private static final int RETRY_MILLIS = 15_000;

    private final TaskLedger tasks;
    private final RoundLedger rounds;
    private final TrainMetrics metrics;
    private final Duration grace;
    private final Map<String, Worker> online = new LinkedHashMap<>();
    private final Set<Worker> idle = new LinkedHashSet<>();
    private final Holders holders;
    private final OpenRounds open = new OpenRounds();
    private final RoundPatience patience;
    private final Pace pace;
    private final TaskMemory memory = new TaskMemory();
    private IntConsumer onRoundFull = _ -> {};
    private Replicas replicas = Replicas.NONE;
    private Mode mode = Mode.RUNNING;
    private volatile BooleanSupplier alone = () -> true;
    private boolean full; // the round waits for no more updates
    private boolean somebodyHasHadItsShare; // of those that wait
    private boolean moreToDo; // for those that wait, as somebody is not waited for any more

    /** @param grace how long the task of a worker that has lost its connection waits for it */
    public TaskDesk(
            TaskLedger tasks, RoundLedger rounds, Speeds speeds, TrainMetrics metrics, Clock clock, Duration grace) {
        this.tasks = tasks;
        this.rounds = rounds;
        this.metrics = metrics;
        patience = new RoundPatience(clock);
        pace = new Pace(speeds, clock);
        holders = new Holders(clock);
        this.grace = grace;
        metrics.online(this::online);
    }

    /** @param listener is told the number of a round that is full, maybe more than once */
    void onRoundFull(IntConsumer listener) {
        onRoundFull = listener;
    }

    void replicas(Replicas replicas) {
        this.replicas = replicas;
    }

    OpenRounds open() {
        return open;
    }

    /** Of the running round. */
    RoundPlan plan() {
        return open.running();
    }

    /** The worker is connected; an older connection of the same worker is closed. */
    public synchronized void join(Worker worker) {
        var old = online.put(worker.id(), worker);
        if (old == null || old == worker) return;
        idle.remove(old);
        pace.forget(old);
        old.close(REPLACED, "this device has connected again from elsewhere");
    }

    /** The connection is gone. Its task waits a little: the worker may come back and go on. */
    public synchronized void leave(Worker worker) {
        idle.remove(worker);
        pace.forget(worker);
        if (!online.remove(worker.id(), worker)) return;
        holders.pardon(worker.id());
        for (Lease lease : tasks.heldBy(worker.id())) tasks.renew(lease, worker.id(), grace);
    }

    /** The worker is free: whatever it still holds, it has lost. */
    public synchronized void request(Worker worker) {
        var dropped = tasks.heldBy(worker.id()).stream()
                .filter(lease -> tasks.release(lease, worker.id()))
                .toList();
        for (Lease lease : dropped)
            if (pace.knows(worker)) holders.dropped(lease).ifPresent(this::slower);
            else holders.forget(lease.taskId()); // it comes back, and has lost what it had
        if (!dropped.isEmpty()) dispatch(); // others first: else it would have the same one again and again
        if (!assign(worker)) worker.send(new Idle(idleReason(worker), RETRY_MILLIS));
    }

    public synchronized void heartbeat(Worker worker, Lease lease) {
        if (!tasks.renew(lease, worker.id(), plan().recipe().lease()))
            worker.send(new Cancel(lease, "the lease has run out, or its round closed too long ago"));
    }

    public synchronized void abandon(Worker worker, Lease lease) {
        giveBack(worker.id(), lease);
    }

    synchronized void giveBack(String worker, Lease lease) {
        if (!tasks.release(lease, worker)) return;
        holders.forget(lease.taskId());
        dispatch();
    }

    private IdleReason idleReason(Worker worker) {
        if (!isAlone()) return IdleReason.PAUSED;
        return switch (mode) {
            case PAUSED -> IdleReason.PAUSED;
            case DRAINING -> IdleReason.DRAINING;
            case RUNNING -> {
                if (!holds(worker)) yield IdleReason.DEVICE_TOO_SMALL;
                yield pace.fit(worker, plan()).isPresent() ? IdleReason.ROUND_FULL : IdleReason.DEVICE_TOO_SLOW;
            }
        };
    }

    /** Sends the worker a task, or remembers that it waits for one. */
    private boolean assign(Worker worker) {
        idle.add(worker); // until it has one
        if (mode == Mode.RUNNING && isAlone() && !full && holds(worker)) {
            boolean first = !pace.knows(worker);
            var fit = pace.fit(worker, plan());
            var replica = fit.flatMap(found -> replicas.next(worker, found, plan(), pace.taskTime(plan())));
            var lease = replica.or(() -> fit.flatMap(found -> lease(worker, found)));
            if (lease.isPresent()) {
                var task = task(lease.get());
                var time = replica.isPresent()
                        ? Duration.ZERO
                        : pace.expected(task, worker, first, plan()); // no round waits for replicas
                holders.hold(task, worker.id(), time)
                        .ifPresent(old -> cancel(old, "the task took too long and went to another worker"));
                idle.remove(worker);
                worker.send(task);
                return true;
            }
        }
        return false;
    }

    /** @param whole what the worker can do in the time of a whole task */
    private Optional<Lease> lease(Worker worker, Fit whole) {
        var plan = plan();
        int round = plan.round().number();
        var offer = offer();
        if (offer.isDeserted()) {
            pace.anew(plan);
            offer = offer();
        }
        if (offer.hasHadItsShare(worker.id(), whole)) {
            somebodyHasHadItsShare = true;
            return Optional.empty();
        }
        var recipe = plan.recipe();
        var sizing = pace.sizing(offer, whole, worker, plan);
        var lease = tasks.lease(round, worker.id(), recipe.lease(), recipe.maxLease(), sizing);
        if (lease.isEmpty() && offer.hasAnother(free(OpenRounds.oldest(round), round))) {
            rounds.openTask(round);
            lease = tasks.lease(round, worker.id(), recipe.lease(), recipe.maxLease(), sizing);
        }
        lease.ifPresent(given -> {
            pace.given(worker, whole, plan);
            replicas.given(given, worker, plan, pace.roundTime(plan));
        });
        return lease;
    }

    private RoundOffer offer() {
        var all = tasks.tasks(plan().round().number());
        long ignored = all.stream().filter(this::isIgnored).count();
        return pace.offer(plan(), all, ignored);
    }

    /** Workers that have time for a task of this round: not those at one of an earlier round, from {@code oldest} on. */
    synchronized int free(int oldest, int round) {
        var leased = tasks.leased(oldest);
        var atWork = leased.stream().map(Task::worker).collect(Collectors.toSet());
        long late = leased.stream()
                .filter(task -> task.round() < round && online.containsKey(task.worker()))
                .count();
        long all = online.values().stream()
                .filter(worker -> atWork.contains(worker.id()) || takesPart(worker))
                .count();
        return (int) (all - late);
    }

    /** Whether it has had a task, or waits for one that it could do: sockets that never ask are no workers. */
    private boolean takesPart(Worker worker) {
        return pace.knows(worker)
                || idle.contains(worker)
                        && holds(worker)
                        && pace.fit(worker, plan()).isPresent();
    }

    private void cancel(Holders.Holder holder, String sentence) {
        var worker = online.get(holder.worker());
        if (worker != null) worker.send(new Cancel(holder.lease(), sentence));
    }

    /**
     * What the lease gives out or, when its task is done, what was trained: the update is a function of it.
     *
     * @throws IllegalStateException when its round is not open any more
     */
    GradientTask task(Lease lease) {
        var row = tasks.find(lease.taskId()).orElseThrow();
        return open.find(row.round())
                .map(plan -> plan.task(lease, row))
                .orElseThrow(() -> new IllegalStateException("round " + row.round() + " is not open any more"));
    }

    private boolean holds(Worker worker) {
        return worker.hello().maxStorageBytes() >= memory().greatestBuffer();
    }

    /** What a task takes of a device that can keep all activations. */
    MemoryPlan memory() {
        return memory.of(plan());
    }

    private void dispatch() {
        somebodyHasHadItsShare = false;
        moreToDo = false;
        for (Worker worker : List.copyOf(idle)) if (!assign(worker) && mode != Mode.RUNNING) return;
    }

    /** Called with each accepted update. */
    synchronized void completed(Lease lease) {
        holders.delivered(lease);
        closeIfFull();
    }

    /**
     * How long the worker says it has computed the update of this lease that counts: its next task is sized by that. To be called before
     * {@link #completed}; where it is not known how long it has had the task, nothing is believed.
     */
    synchronized void took(Lease lease, String worker, int tokens, int millis) {
        holders.held(lease).ifPresent(held -> pace.took(worker, tokens, millis, held));
    }

    /**
     * Closes the round if it is full; to be called every second: patience ends, and the answer to a commit can be lost. If it is not,
     * whoever waits is asked whether it takes what there is to do since.
     */
    synchronized void recount() {
        var late = holders.ended(online::containsKey);
        late.forEach(this::slower);
        moreToDo |= !late.isEmpty();
        closeIfFull();
        if (full || idle.isEmpty()) return;
        boolean anybodys = somebodyHasHadItsShare && !offer().hasTime();
        if (anybodys || moreToDo || replicas.offered()) dispatch();
    }

    /** It has not delivered in all this time. */
    private void slower(Holders.Holder late) {
        var worker = online.get(late.worker());
        if (worker == null) return;
        try {
            holders.held(late).ifPresent(held -> pace.unfinished(worker, late.tokens(), held));
        } catch (RuntimeException e) { // its next task is too large again
            LOG.error("the speed of worker {} was not noted", late.worker(), e);
        }
    }

    private boolean isIgnored(Task task) {
        return task.state() == State.LEASED && holders.ignored(new Lease(task.id(), task.fence()));
    }

    private void closeIfFull() {
        int round = plan().round().number();
        if (!full && full(round)) onRoundFull.accept(round);
    }

    /** Whether the running round is this one and waits for no more updates. It gives out no more tasks then. */
    synchronized boolean full(int round) {
        var plan = plan();
        if (plan.round().number() != round) return false;
        if (full) return true;
        var all = tasks.tasks(round);
        var waitedFor = all.stream().filter(task -> !isIgnored(task)).toList();
        if (!patience.isOver(plan.round(), plan.recipe(), all, waitedFor, pace.each(plan))) return false;
        pace.over(plan);
        full = !leavesBehind(round);
        return full;
    }

    /** Whether with this round somebody would lose a task for which it has not had the time yet, who has delivered the one before. */
    private boolean leavesBehind(int round) {
        return holders.awaited(OpenRounds.oldest(round + 1) - 1, online::containsKey);
    }

    /**
     * Gives out the tasks of the next round. Workers whose tasks it has taken back are told so; others go on with theirs.
     *
     * @param change commits it and gives the plans of all rounds that are open then, the new one last
     */
    void nextRound(Supplier<List<RoundPlan>> change) {
        open.next(change, this::begin);
    }

    private synchronized void begin() {
        full = false;
        var live = new HashSet<Lease>();
        for (var task : tasks.leased(0)) {
            var lease = new Lease(task.id(), task.fence());
            var worker = task.worker();
            if (open.find(task.round()).isPresent()) {
                live.add(lease);
                if (worker != null && !holders.knows(lease))
                    holders.adopt(
                            task(lease), worker, task.replicaOf() == null ? pace.taskTime(plan()) : Duration.ZERO);
            } else if (worker != null) tasks.release(lease, worker); // given out while its round was being left
        }
        holders.keep(live).forEach(this::leaveBehind);
        dispatch();
    }

    private void leaveBehind(Holders.Holder lost) {
        slower(lost);
        cancel(lost, "the round has closed");
    }

    /** Frees tasks whose lease has run out and hands them to workers that wait. */
    synchronized void expire() {
        int count = tasks.expire().size();
        metrics.expired(count);
        if (count > 0) dispatch();
    }

    /** @param alone whether no other server numbers tasks in the same database, as far as is known */
    public void alone(BooleanSupplier alone) {
        this.alone = alone;
    }

    /** Whether no other server is known to use the same database: else nothing is given out, taken in or closed. */
    boolean isAlone() {
        return alone.getAsBoolean();
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
