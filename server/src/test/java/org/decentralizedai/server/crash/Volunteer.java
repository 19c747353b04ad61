package org.decentralizedai.server.crash;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.crash.Power.Phase;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.Worker;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/**
 * Takes tasks and delivers updates over the coordinator's lives, as a real worker does: after a crash it delivers again what it
 * has not heard of. An update is a function of the run's seed and its task alone, so that all orders of events give one result.
 */
final class Volunteer implements Worker {
    private static final int PARAMETERS = ParameterLayout.of(TestRun.MODEL).parameterCount();

    static final double FIRST_LOSS = 5.5;

    private final String id;
    private final long seed;
    private final Consumer<GradientTask> onTask;
    private final ToLongFunction<GradientTask> content;
    private final Queue<ServerMessage> inbox = new ArrayDeque<>();
    private @Nullable Power power;
    private @Nullable Training training;
    private @Nullable GradientTask task;

    /** @param onTask hears of every task that is given out */
    Volunteer(String id, long seed, Consumer<GradientTask> onTask) {
        this(id, seed, onTask, task -> task.lease().taskId());
    }

    /** @param content of which its update is a function: the same for replicas of a task */
    Volunteer(String id, long seed, Consumer<GradientTask> onTask, ToLongFunction<GradientTask> content) {
        this.id = id;
        this.seed = seed;
        this.onTask = onTask;
        this.content = content;
    }

    void connect(Coordinator coordinator, Power supply) {
        training = coordinator.training();
        power = supply;
        inbox.clear();
        supply.begin(Phase.LEASE);
        training.workers().seen(id, "test", true, 1);
        training.desk().join(this);
    }

    /** Asks for a task, or delivers the one it has. @return the task whose update it hears ACCEPTED for */
    Optional<GradientTask> act() {
        hear();
        var current = task;
        if (current == null) {
            power().begin(Phase.LEASE);
            training().desk().request(this);
            hear();
            return Optional.empty();
        }
        power().begin(Phase.UPDATE);
        var verdict = deliver(current);
        power().reach(CrashPoint.COMMIT_FORCED);
        if (verdict.code() != VerdictCode.UNAVAILABLE) task = null;
        return verdict.code() == VerdictCode.ACCEPTED ? Optional.of(current) : Optional.empty();
    }

    /** The task that it has. */
    Optional<GradientTask> current() {
        hear();
        return Optional.ofNullable(task);
    }

    /** Whether it has a task. */
    boolean busy() {
        hear();
        return task != null;
    }

    private void hear() {
        for (var message = inbox.poll(); message != null; message = inbox.poll()) {
            switch (message) {
                case GradientTask given -> {
                    task = given;
                    onTask.accept(given);
                }
                case Cancel cancel -> {
                    if (task != null && task.lease().equals(cancel.lease())) task = null;
                }
                case Idle _ -> {}
                default -> throw new AssertionError(message);
            }
        }
    }

    private Verdict deliver(GradientTask current) {
        byte[] update = update(content.applyAsLong(current));
        var begin = new UpdateBegin(
                current.lease(),
                update.length,
                Digests.of(update),
                current.steps().steps(),
                current.steps().tokens(),
                FIRST_LOSS,
                loss(current),
                1000);
        var answer = training().intake().begin(id, begin);
        if (answer instanceof Verdict verdict) return verdict;
        int from = ((UploadFrom) answer).offset();
        if (from != 0) throw new AssertionError("an upload goes on at byte " + from);
        return training()
                .intake()
                .chunk(id, new UpdateChunk(current.lease(), 0, new Bytes(update)))
                .orElseThrow();
    }

    static double loss(GradientTask current) {
        return 5 - 1.0 / (current.lease().taskId() + 2);
    }

    byte[] update(long content) {
        return UpdateCodec.encode(UpdateEncoding.INT8, values(seed, content));
    }

    static float[] values(long seed, long content) {
        var random = new Random(31 * seed + content);
        float[] update = new float[PARAMETERS];
        for (int i = 0; i < update.length; i++) update[i] = (float) (1e-3 * random.nextGaussian());
        return update;
    }

    private Training training() {
        if (training == null) throw new IllegalStateException("not connected");
        return training;
    }

    private Power power() {
        if (power == null) throw new IllegalStateException("not connected");
        return power;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Hello hello() {
        return new Hello("0".repeat(32), "test", true, 1, Long.MAX_VALUE);
    }

    @Override
    public void send(ServerMessage message) {
        if (message instanceof GradientTask) power().reach(CrashPoint.LEASED);
        inbox.add(message);
    }

    @Override
    public void close(int code, String reason) {
        throw new AssertionError(code + " " + reason);
    }
}
