package org.decentralizedai.server.simulate;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.server.train.Speeds;
import org.decentralizedai.server.train.Worker;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/** One volunteer, from joining to leaving. Acts only when the timeline calls it. */
final class VirtualWorker implements Worker {
    private static final double HEARTBEATS_PER_LEASE = 3;
    private static final double GUESS_SPREAD = 0.3; // standard deviation of a logarithm

    private final CrowdOfWorkers crowd;
    private final Timeline timeline;
    private final Scenario.Crowd habits;
    private final SplitMix64 random;
    private final Hello hello;
    private final String id;
    private final boolean honest;
    private final long seed;
    private final double tokensPerSecond;
    private final double joined;

    private @Nullable GradientTask task;
    private @Nullable GradientTask fetched; // the last one that it has downloaded
    private @Nullable Moments kept; // from its last task, gone with it
    private final Sender sender = new Sender();
    private boolean leaves; // after this task
    private boolean gone;
    private int delivered, fakes; // accepted updates
    private boolean caught;

    VirtualWorker(CrowdOfWorkers crowd, Timeline timeline, Scenario.Crowd habits, boolean honest, long seed) {
        this.crowd = crowd;
        this.timeline = timeline;
        this.habits = habits;
        random = new SplitMix64(seed);
        byte[] key = new byte[16];
        for (int i = 0; i < key.length; i++) key[i] = (byte) random.nextLong();
        id = Digests.of(key).hex().substring(0, 16);
        this.honest = honest;
        this.seed = seed;
        tokensPerSecond = habits.tokensPerSecond() * Math.exp(habits.spread() * random.nextNormal());
        hello = new Hello(
                HexFormat.of().formatHex(key), "simulated", false, gigaflops(new SplitMix64(~seed)), Long.MAX_VALUE);
        joined = timeline.seconds();
    }

    /** What it measures of itself before its first task: not quite its speed in training. */
    private double gigaflops(SplitMix64 chance) {
        double flops = tokensPerSecond * crowd.flopsPerToken() / Speeds.EFFICIENCY;
        return 1e-9 * flops * Math.exp(GUESS_SPREAD * chance.nextNormal());
    }

    @Override
    public String id() {
        return id;
    }

    boolean honest() {
        return honest;
    }

    /** An audit has found a fake of it. */
    void caught(int round) {
        if (caught) return;
        caught = true;
        if (honest) {
            crowd.tally().honestCaught++;
            return;
        }
        crowd.tally().fakesWhenCaught.add(fakes);
        crowd.tally().roundsWhenCaught.add(round);
    }

    /** Whether its next update is a fake. */
    private boolean lies() {
        return !honest && delivered >= habits.honestFirst();
    }

    @Override
    public Hello hello() {
        return hello;
    }

    /** Heard at once, acted upon by the next event: the desk is not entered from within. */
    @Override
    public void send(ServerMessage message) {
        switch (message) {
            case GradientTask given -> timeline.after(0, () -> begin(given));
            case Cancel cancel -> timeline.after(0, () -> cancelled(cancel));
            case ServerMessage.Idle _ -> {} // a task is pushed when there is one
            case ServerMessage.Welcome _, ServerMessage.UploadFrom _, Verdict _ ->
                throw new IllegalStateException("not sent by the desk: " + message);
        }
    }

    @Override
    public void close(int code, String reason) {
        throw new IllegalStateException("a simulated worker was closed: " + code + " " + reason);
    }

    private void begin(GradientTask given) {
        if (gone) return;
        task = given;
        double fetch = habits.link().downSeconds(crowd.download(given, fetched));
        fetched = given;
        double compute = given.steps().tokens() / tokensPerSecond;
        if (random.nextDouble() < habits.churn()) leaveAmid(given, fetch, compute);
        else make(given, given.steps(), fetch);
        heartbeat(given);
    }

    private void leaveAmid(GradientTask given, double fetch, double compute) {
        double stay = random.nextDouble() * (fetch + compute);
        if (!habits.farewell() || stay < fetch) {
            timeline.after(stay, this::leave);
            return;
        }
        int steps = given.steps().steps();
        int done = Math.min(steps, 1 + (int) (steps * (stay - fetch) / compute)); // with the one that is running
        leaves = true;
        make(given, given.steps().sized(done, given.steps().batch()), fetch);
    }

    /** @param steps of the task that it does */
    private void make(GradientTask given, LocalSteps steps, double fetch) {
        double compute = steps.tokens() / tokensPerSecond;
        var made = lies() ? habits.attack().computed(steps) : steps;
        var result = crowd.lab().compute(given, made, kept);
        timeline.after(fetch + compute, () -> finished(given, steps, fetch, compute, result));
    }

    private void heartbeat(GradientTask beaten) {
        if (gone || task != beaten) return;
        crowd.desk().heartbeat(this, beaten.lease());
        timeline.after(crowd.leaseSeconds() / HEARTBEATS_PER_LEASE, () -> heartbeat(beaten));
    }

    private void cancelled(Cancel cancel) {
        var current = task;
        if (gone || current == null || !current.lease().equals(cancel.lease())) return;
        task = null;
        if (leaves) leave();
        else crowd.desk().request(this);
    }

    private void leave() {
        if (gone) return;
        gone = true;
        crowd.tally().left++;
        crowd.tally().onlineSeconds += timeline.seconds() - joined;
        crowd.desk().leave(this);
        crowd.replace(honest);
    }

    /** Since it came, if it is still there. */
    double onlineSeconds() {
        return gone ? 0 : timeline.seconds() - joined;
    }

    /** Counts the time up to now; at the end of the simulation. */
    void end() {
        crowd.tally().onlineSeconds += onlineSeconds();
        gone = true;
    }

    private void finished(
            GradientTask done, LocalSteps steps, double fetch, double compute, Supplier<Computed> pending) {
        if (gone || task != done) return;
        crowd.tally().downloadSeconds += fetch;
        crowd.tally().computeSeconds += compute;
        var computed = pending.get();
        kept = computed.kept();
        var result = computed.result();
        byte[] encoded = encode(done, result.update());
        var begin = new UpdateBegin(
                done.lease(),
                encoded.length,
                Digests.of(encoded),
                steps.steps(),
                steps.tokens(),
                result.firstLoss(),
                result.lastLoss(),
                (int) Math.max(1, Math.round(1000 * compute)));
        long wire = WireBytes.of(FrameCodec.encode(begin));
        for (int at = 0; at < encoded.length; at += FrameLayout.MAX_CHUNK)
            wire += WireBytes.of(FrameCodec.encode((ClientMessage) chunk(done, encoded, at)));
        crowd.tally().uploadBytes += wire;
        crowd.tally().updateBytes += encoded.length;
        double send = habits.link().upSeconds(wire);
        crowd.tally().uploadSeconds += send;
        timeline.after(send, () -> deliver(done, begin, encoded));
    }

    private byte[] encode(GradientTask done, float[] update) {
        if (honest) crowd.conspiracy().hear(update);
        float[] sent = lies() ? habits.attack().sent(update, crowd.conspiracy(), seed, random) : update;
        return sender.encode(done.form(), done.round(), sent);
    }

    private static UpdateChunk chunk(GradientTask done, byte[] encoded, int at) {
        int end = Math.min(encoded.length, at + FrameLayout.MAX_CHUNK);
        return new UpdateChunk(done.lease(), at, new Bytes(Arrays.copyOfRange(encoded, at, end)));
    }

    private void deliver(GradientTask done, UpdateBegin begin, byte[] encoded) {
        if (gone || task != done) return;
        task = null;
        Verdict verdict = verdict(done, begin, encoded);
        if (verdict.code() == VerdictCode.ACCEPTED) {
            crowd.tally().accepted(done.round(), lies(), verdict.acceptedTokens());
            if (lies()) fakes++;
            delivered++;
        } else crowd.tally().refused++;
        if (leaves) leave();
        else crowd.desk().request(this);
    }

    private Verdict verdict(GradientTask done, UpdateBegin begin, byte[] encoded) {
        if (crowd.intake().begin(id, begin) instanceof Verdict refused) return refused;
        for (int at = 0; at < encoded.length; at += FrameLayout.MAX_CHUNK) {
            var verdict = crowd.intake().chunk(id, chunk(done, encoded, at));
            if (verdict.isPresent()) return verdict.get();
        }
        throw new IllegalStateException("the whole update was sent and there is no verdict: " + done.lease());
    }
}
