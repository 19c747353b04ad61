package org.decentralizedai.server.train;

import java.util.concurrent.CompletableFuture;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;

/** Computes tasks again, one after the other. */
public interface Auditor extends AutoCloseable {

    /** Returns at once. Fails where the task cannot be computed any more. */
    CompletableFuture<LocalResult> compute(GradientTask task);

    @Override
    void close();
}
