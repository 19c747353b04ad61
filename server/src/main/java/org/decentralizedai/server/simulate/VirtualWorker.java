package org.decentralizedai.server.simulate;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.server.train.Worker;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameCodec;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/** One volunteer, from joining to leaving. Acts only when the timeline calls it. */
final class VirtualWorker implements Worker {
    private static final double HEARTBEATS_PER_LEASE = 3;

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
        hello = new Hello(HexFormat.of().formatHex(key), "simulated", false, 0, Long.MAX_VALUE);
        id = Digests.of(key).hex().substring(0, 16);
        this.honest = honest;
        this.seed = seed;
        tokensPerSecond = habits.tokensPerSecond() * Math.exp(habits.spread() * random.nextNormal());
        joined = timeline.seconds();
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
        if (random.nextDouble() < habits.churn()) {
            timeline.after(random.nextDouble() * (fetch + compute), this::leave);
        } else {
            var made = lies() ? habits.attack().computed(given.steps()) : given.steps();
            var result = crowd.lab().compute(given, made, kept);
            timeline.after(fetch + compute, () -> finished(given, compute, result));
        }
        heartbeat(given);
    }

    private void heartbeat(GradientTask beaten) {
        if (gone || task != beaten) return;
        crowd.desk().heartbeat(this, beaten.lease());
        timeline.after(beaten.leaseMillis() / 1000.0 / HEARTBEATS_PER_LEASE, () -> heartbeat(beaten));
    }

    private void cancelled(Cancel cancel) {
        var current = task;
        if (gone || current == null || !current.lease().equals(cancel.lease())) return;
        task = null;
        crowd.desk().request(this);
    }

    private void leave() {
        if (gone) return;
        gone = true;
        crowd.tally().left++;
        crowd.tally().onlineSeconds += timeline.seconds() - joined;
        crowd.desk().leave(this);
        crowd.replace(honest);
    }

    /** Counts the time up to now; at the end of the simulation. */
    void end() {
        if (!gone) crowd.tally().onlineSeconds += timeline.seconds() - joined;
    }

    private void finished(GradientTask done, double compute, CompletableFuture<Computed> pending) {
        if (gone || task != done) return;
        crowd.tally().computeSeconds += compute;
        var computed = pending.join();
        kept = computed.kept();
        var result = computed.result();
        byte[] encoded = encode(done, result.update());
        var begin = new UpdateBegin(
                done.lease(),
                encoded.length,
                Digests.of(encoded),
                done.steps().tokens(),
                result.firstLoss(),
                result.lastLoss());
        long wire = WireBytes.of(FrameCodec.encode(begin));
        for (int at = 0; at < encoded.length; at += FrameLayout.MAX_CHUNK)
            wire += WireBytes.of(FrameCodec.encode((ClientMessage) chunk(done, encoded, at)));
        crowd.tally().uploadBytes += wire;
        crowd.tally().updateBytes += encoded.length;
        timeline.after(habits.link().upSeconds(wire), () -> deliver(done, begin, encoded));
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
            if (lies()) fakes++;
            delivered++;
            crowd.tally().accepted++;
            crowd.tally().acceptedTokens += verdict.acceptedTokens();
        } else crowd.tally().refused++;
        crowd.desk().request(this);
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
