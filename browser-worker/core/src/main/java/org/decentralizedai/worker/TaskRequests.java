package org.decentralizedai.worker;

import java.util.function.Consumer;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ClientMessage.TaskRequest;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.decentralizedai.wire.ServerMessage.Welcome;
import org.decentralizedai.worker.Link.Signal;
import org.decentralizedai.worker.WorkerEvent.Phase;
import org.jspecify.annotations.Nullable;

/** Asks for tasks, and asks again as the coordinator says, until there is one. */
final class TaskRequests {
    private static final double LEAST_RETRY_MILLIS = 250, GREATEST_RETRY_MILLIS = 60_000;

    private final Link link;
    private final Clock clock;
    private final WorkerListener listener;
    private final Consumer<Welcome> greeted;

    private double askAt;
    private boolean asked;
    private @Nullable GradientTask task;

    TaskRequests(Link link, WorkerPorts ports, Consumer<Welcome> greeted) {
        this.link = link;
        this.clock = ports.clock();
        this.listener = ports.listener();
        this.greeted = greeted;
    }

    GradientTask next() {
        task = null;
        asked = false;
        askAt = clock.millis();
        phase(link.up() ? Phase.WAITING : Phase.CONNECTING, "");
        while (true) {
            if (link.up() && clock.millis() >= askAt) ask();
            else hear(link.up() ? askAt - clock.millis() : WorkerSession.ANSWER_MILLIS);
            GradientTask found = task;
            if (found != null) return found;
        }
    }

    /** Waits although nobody could take a task; one that comes is given back. */
    void pause(double millis) {
        double end = clock.millis() + millis;
        for (double left = millis; left > 0; left = end - clock.millis()) {
            task = null;
            hear(left);
            GradientTask early = task;
            if (early != null) link.send(new Abandon(early.lease(), "the device is being opened again"));
        }
    }

    private void ask() {
        if (asked) {
            on(link.lost("the server does not answer"));
            return;
        }
        link.send(new TaskRequest());
        asked = true;
        askAt = clock.millis() + WorkerSession.ANSWER_MILLIS;
    }

    private void hear(double millis) {
        Signal signal = link.next(millis);
        if (signal != null) on(signal);
    }

    private void on(Signal signal) {
        switch (signal) {
            case Signal.Up up -> {
                greeted.accept(up.welcome());
                phase(Phase.WAITING, "");
                asked = false;
                askAt = clock.millis();
            }
            case Signal.Lost lost -> phase(Phase.CONNECTING, lost.reason());
            case Signal.Heard heard -> on(heard.message());
        }
    }

    private void on(ServerMessage message) {
        if (message instanceof GradientTask offered) task = offered;
        if (!(message instanceof Idle idle)) return; // the rest is about a task that is over
        phase(Phase.WAITING, sentence(idle.reason()));
        asked = false;
        askAt = clock.millis() + Math.max(LEAST_RETRY_MILLIS, Math.min(GREATEST_RETRY_MILLIS, idle.retryMillis()));
    }

    private static String sentence(IdleReason reason) {
        return switch (reason) {
            case ROUND_FULL -> "This round has all the workers it needs; the next one begins soon.";
            case PAUSED -> "Training is paused.";
            case DRAINING -> "The server is about to restart.";
            case DEVICE_TOO_SMALL -> "The model needs more memory than this device offers.";
            case DEVICE_TOO_SLOW ->
                "The model is too large for this device's speed: the smallest task would take it longer than a task may last.";
        };
    }

    private void phase(Phase phase, String reason) {
        listener.on(new WorkerEvent.State(phase, reason));
    }
}
