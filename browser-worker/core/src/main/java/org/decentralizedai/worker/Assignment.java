package org.decentralizedai.worker;

import java.util.function.Consumer;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.Heartbeat;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.Cancel;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.ServerMessage.Welcome;
import org.decentralizedai.worker.Link.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The task in hand, from its lease to its verdict: hears what the coordinator says meanwhile and keeps the lease alive by
 * heartbeats. A lost connection is no reason to stop computing.
 */
final class Assignment implements Pulse {
    private static final int LEAST_HEARTBEAT_MILLIS = 1000;

    /** Share of a lease that is kept for sending the update. */
    private static final double FOR_DELIVERY = 0.1;

    private final Lease lease;
    private final double end; // of the lease
    private double began; // of the first step
    private final Welcome welcome;
    private final Link link;
    private final Clock clock;
    private final Power power;
    private final Consumer<Welcome> greeted;

    private int stepsDone;
    private double loss;
    private double nextBeat;
    private @Nullable ServerMessage answer;

    Assignment(GradientTask task, Welcome welcome, Link link, Clock clock, Power power, Consumer<Welcome> greeted) {
        lease = task.lease();
        this.welcome = welcome;
        this.link = link;
        this.clock = clock;
        this.power = power;
        this.greeted = greeted;
        nextBeat = clock.millis() + heartbeatMillis();
        began = clock.millis();
        end = began + (1 - FOR_DELIVERY) * task.leaseMillis();
    }

    Lease lease() {
        return lease;
    }

    private int heartbeatMillis() {
        return Math.max(LEAST_HEARTBEAT_MILLIS, welcome.heartbeatMillis());
    }

    @Override
    public void attend(int stepsDone, double loss) {
        if (stepsDone == 0) began = clock.millis();
        this.stepsDone = stepsDone;
        this.loss = loss;
        link.deferStop(stepsDone > 0);
        hearAll();
        if (answer instanceof Verdict verdict) throw TaskDropped.cancelled(verdict.sentence());
    }

    /** Steps are taken to last as long as they did until now, rests included. */
    @Override
    public boolean enough() {
        if (stepsDone == 0) return false;
        double now = clock.millis();
        return link.stopping() || now + (now - began) / stepsDone > end;
    }

    @Override
    public void pause(double millis) {
        double end = clock.millis() + millis;
        for (double left = millis; left > 0; left = end - clock.millis()) hear(left);
    }

    @Override
    public double restAfter(double millis) {
        double start = clock.millis();
        double left = power.restAfter(millis);
        while (left > 0 && !enough()) {
            hear(left);
            left = power.restAfter(millis) - (clock.millis() - start); // the slider may have moved
        }
        return power.restAfter(millis);
    }

    /** Everything that has arrived, without waiting. */
    void hearAll() {
        for (Signal signal = link.next(0); signal != null; signal = link.next(0)) on(signal);
        beat();
    }

    /** The next thing that arrives within this time. */
    void hear(double millis) {
        Signal signal = link.next(link.up() ? Math.max(0, Math.min(millis, nextBeat - clock.millis())) : millis);
        if (signal != null) on(signal);
        beat();
    }

    /** What the coordinator last said about the delivery, once. */
    @Nullable
    ServerMessage takeAnswer() {
        ServerMessage taken = answer;
        answer = null;
        return taken;
    }

    boolean hasAnswer() {
        return answer != null;
    }

    private void beat() {
        if (!link.up() || clock.millis() < nextBeat) return;
        nextBeat = clock.millis() + heartbeatMillis();
        link.send(new Heartbeat(lease, stepsDone, loss));
    }

    private void on(Signal signal) {
        switch (signal) {
            case Signal.Up up -> {
                greeted.accept(up.welcome());
                if (!up.welcome().run().equals(welcome.run())
                        || !up.welcome().model().equals(welcome.model()))
                    throw TaskDropped.cancelled("the server trains another model now");
                nextBeat = clock.millis(); // tell at once who is back, and with what
            }
            case Signal.Lost _ -> {
                if (answer instanceof UploadFrom) answer = null;
            }
            case Signal.Heard heard -> on(heard.message());
        }
    }

    private void on(ServerMessage message) {
        switch (message) {
            case Cancel cancel -> {
                if (cancel.lease().equals(lease)) throw TaskDropped.cancelled(cancel.sentence());
            }
            case Verdict verdict -> {
                if (verdict.lease().equals(lease)) answer = verdict;
            }
            case UploadFrom from -> {
                if (from.lease().equals(lease)) answer = from;
            }
            case GradientTask other -> {
                if (!other.lease().equals(lease)) link.send(new Abandon(other.lease(), "still busy with another task"));
            }
            case Welcome _, Idle _ -> {}
        }
    }
}
