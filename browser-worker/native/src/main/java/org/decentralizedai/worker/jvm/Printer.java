package org.decentralizedai.worker.jvm;

import org.decentralizedai.worker.WorkerEvent;
import org.decentralizedai.worker.WorkerListener;

/** Tells on standard output what a volunteer does. */
final class Printer implements WorkerListener {
    private volatile boolean failed;

    @Override
    public void on(WorkerEvent event) {
        switch (event) {
            case WorkerEvent.Probed e ->
                say("%s: %.1f GFLOP/s"
                        .formatted(e.adapter().description(), e.adapter().gigaflops()));
            case WorkerEvent.Welcomed e ->
                say("joined run %s as %s: %,d parameters".formatted(e.run(), e.worker(), e.parameters()));
            case WorkerEvent.Progress e -> {
                if (e.step() == e.steps())
                    say("round %d: %d steps, loss %.3f nats, %,.0f tokens/s"
                            .formatted(e.round(), e.steps(), e.loss(), e.tokensPerSecond()));
            }
            case WorkerEvent.Judged e ->
                say("%s: %s (%d accepted, %d refused)"
                        .formatted(e.code(), e.sentence(), e.tasksAccepted(), e.tasksRefused()));
            case WorkerEvent.Dropped e -> say("dropped a task: " + e.sentence());
            case WorkerEvent.Refetched e -> say("downloading all weights: " + e.sentence());
            case WorkerEvent.Planned e ->
                say("tasks take %.2f GB%s"
                        .formatted(e.bytes() / 1e9, e.keeping().recomputes() ? ", activations recomputed" : ""));
            case WorkerEvent.Tuned _, WorkerEvent.Downloaded _ -> {}
            case WorkerEvent.State e -> {
                failed = e.phase() == WorkerEvent.Phase.FAILED;
                if (!e.reason().isEmpty()) say(e.phase().name().toLowerCase(java.util.Locale.ROOT) + ": " + e.reason());
            }
        }
    }

    boolean failed() {
        return failed;
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
