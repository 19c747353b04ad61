package org.decentralizedai.worker;

import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.ServerMessage.Welcome;
import org.decentralizedai.wire.VerdictCode;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.jspecify.annotations.Nullable;

/**
 * One volunteer from start to stop: opens a device, then asks for a task, computes it, delivers it, for ever. Lost
 * connections, server restarts, refused updates, corrupted shards and lost devices are part of that; it ends only when the
 * visitor stops it, when there is no device, or when the coordinator wants no more of it. Stopped in the midst of a task it first
 * sends the steps that are done.
 *
 * <pre> Hello, Welcome, ( TaskRequest, Idle*, GradientTask, Heartbeat*, UpdateBegin, UploadFrom, UpdateChunk*, Verdict )* </pre>
 *
 * Not thread-safe: one thread calls {@link #run} once.
 */
public final class WorkerSession {
    /** How long the coordinator may take to answer before the connection counts as lost. */
    static final double ANSWER_MILLIS = 60_000;

    private static final int DEVICE_FAILURES_BORNE = 3;
    private static final int ADAPTER_CHARACTERS = 256;

    private final WorkerPorts ports;
    private final String key;
    private final Power power;
    private final Backoff backoff;
    private final Link link;
    private final TaskRequests requests;

    private @Nullable TaskRunner runner;
    private Hello hello;
    private @Nullable Welcome welcome;
    private @Nullable Assignment assignment;
    private int deviceFailures; // since the last delivered task
    private int accepted, refused;

    /** @param key 32 hex digits: the anonymous identity of this volunteer */
    public WorkerSession(WorkerPorts ports, String key, Power power) {
        this.ports = ports;
        this.key = key;
        this.power = power;
        hello = new Hello(key, "", false, 0, 0);
        var seeds = new SplitMix64(31L * key.hashCode() + (long) ports.clock().millis());
        backoff = new Backoff(seeds.nextLong());
        link = new Link(ports, () -> hello, new Backoff(seeds.nextLong()));
        requests = new TaskRequests(link, ports, this::greeted);
    }

    /** Returns when the session is over; its last event tells why. */
    public void run() {
        WorkerEvent end;
        try {
            openFirstDevice();
            while (true) {
                TaskRunner ready = runner();
                work(ready, requests.next());
                link.deferStop(false);
                if (link.stopping()) throw SessionEnded.stopped();
            }
        } catch (SessionEnded e) {
            abandon(e.reason());
            end = e.state();
        } finally {
            link.close();
            closeDevice();
        }
        ports.listener().on(end);
    }

    private void work(TaskRunner runner, GradientTask task) {
        Welcome since = welcome;
        if (since == null) throw new IllegalStateException("a task came before the welcome");
        var current = new Assignment(task, since, link, ports.clock(), power, this::greeted);
        assignment = current;
        try {
            FinishedTask done = runner.run(task, since.model(), current);
            Verdict verdict = new Delivery(done, current, link, ports, backoff).deliver();
            assignment = null;
            deviceFailures = 0;
            judged(verdict);
        } catch (TaskDropped e) {
            if (e.tell()) abandon(e.sentence());
            dropped(e.sentence());
        } catch (KernelException e) {
            abandon("the GPU failed: " + e.getMessage());
            dropped("the GPU failed: " + e.getMessage());
            deviceFailed(e);
        }
    }

    private void abandon(String reason) {
        if (assignment != null) link.send(new Abandon(assignment.lease(), reason));
        assignment = null;
    }

    private void dropped(String sentence) {
        assignment = null;
        ports.listener().on(new WorkerEvent.Dropped(sentence));
    }

    private void judged(Verdict verdict) {
        if (verdict.code() == VerdictCode.ACCEPTED) accepted++;
        else if (verdict.code() != VerdictCode.DUPLICATE) refused++; // what has its update already loses nothing
        ports.listener()
                .on(new WorkerEvent.Judged(
                        verdict.code(), verdict.sentence(), verdict.acceptedTokens(), accepted, refused));
        if (verdict.code() == VerdictCode.BANNED) throw SessionEnded.failed(verdict.sentence());
    }

    private void greeted(Welcome welcome) {
        this.welcome = welcome;
        int parameters = ParameterLayout.of(welcome.model()).parameterCount();
        ports.listener()
                .on(new WorkerEvent.Welcomed(
                        welcome.worker(), welcome.run(), parameters, (long) Float.BYTES * parameters));
    }

    // the device

    private void openFirstDevice() {
        try {
            open();
        } catch (KernelException e) {
            throw SessionEnded.failed(String.valueOf(e.getMessage()));
        }
    }

    private TaskRunner runner() {
        for (TaskRunner open = runner; ; open = runner) {
            if (open != null) return open;
            requests.pause(backoff.millis(deviceFailures));
            try {
                open();
            } catch (KernelException e) {
                deviceFailed(e);
            }
        }
    }

    private void open() {
        ports.listener().on(new WorkerEvent.State(Phase.PROBING, ""));
        Device device = ports.devices().open();
        Adapter adapter = device.adapter();
        String name = adapter.description();
        hello = new Hello(
                key,
                name.substring(0, Math.min(name.length(), ADAPTER_CHARACTERS)),
                adapter.software(),
                adapter.gigaflops(),
                adapter.maxStorageBytes());
        runner = new TaskRunner(device, ports, backoff, deviceFailures > 0);
        ports.listener().on(new WorkerEvent.Probed(adapter));
    }

    private void deviceFailed(KernelException e) {
        closeDevice();
        if (++deviceFailures > DEVICE_FAILURES_BORNE)
            throw SessionEnded.failed("the GPU failed " + deviceFailures + " times: " + e.getMessage());
    }

    private void closeDevice() {
        TaskRunner open = runner;
        runner = null;
        if (open != null) open.close();
    }
}
