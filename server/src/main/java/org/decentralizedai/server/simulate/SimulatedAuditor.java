package org.decentralizedai.server.simulate;

import java.util.concurrent.CompletableFuture;
import org.decentralizedai.server.train.Auditor;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;

/** The server's auditor in simulated time. */
final class SimulatedAuditor implements Auditor {
    private final Timeline timeline;
    private final double tokensPerSecond;
    private @Nullable Lab lab;

    SimulatedAuditor(Timeline timeline, double tokensPerSecond) {
        this.timeline = timeline;
        this.tokensPerSecond = tokensPerSecond;
    }

    /** Whose results it waits for; to be called before the first task. */
    void use(Lab lab) {
        this.lab = lab;
    }

    @Override
    public CompletableFuture<LocalResult> compute(GradientTask task) {
        if (lab == null) throw new IllegalStateException("there is no lab yet");
        var pending = lab.compute(task, task.steps(), null);
        var done = new CompletableFuture<LocalResult>();
        timeline.after(
                task.steps().tokens() / tokensPerSecond,
                () -> done.complete(pending.get().result()));
        return done;
    }

    @Override
    public void close() {}
}
