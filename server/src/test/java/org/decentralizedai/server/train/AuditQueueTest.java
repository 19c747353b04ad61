package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server believes that its auditors can do. */
final class AuditQueueTest {
    private static final Duration TIME = Duration.ofSeconds(30);
    private static final LocalResult RESULT = new LocalResult(new float[0], 5, 4);

    @TempDir
    Path folder;

    private final List<CompletableFuture<LocalResult>> asked = new ArrayList<>();
    private Courtroom court;
    private AuditQueue queue;

    @BeforeEach
    void prepare() {
        court = new Courtroom(folder, false);
        queue = new AuditQueue(new Manual(asked), court.clock, Runnable::run, new Anything());
    }

    @AfterEach
    void close() {
        court.close();
    }

    private record Manual(List<CompletableFuture<LocalResult>> asked) implements Auditor {
        @Override
        public CompletableFuture<LocalResult> compute(GradientTask task) {
            asked.add(new CompletableFuture<>());
            return asked.getLast();
        }

        @Override
        public void close() {}
    }

    private record Anything() implements AuditQueue.Asking {
        @Override
        public boolean wants(Audit audit) {
            return true;
        }

        @Override
        public void computed(Audit audit, GradientTask task, @Nullable LocalResult result) {}
    }

    private void add() {
        Lease lease = court.give("ada");
        var row = court.tasks.find(lease.taskId()).orElseThrow();
        queue.add(new Audit(lease, 0, "ada", "class", 0), court.plan().task(lease, row), false);
    }

    @Test
    void inTime_nothingComputedYet_isOneTask() {
        assertThat(queue.inTime(1, TIME)).isTrue();
        assertThat(queue.inTime(2, TIME)).isFalse();
        add();
        assertThat(queue.inTime(1, TIME)).as("after the one that is computed").isFalse();
    }

    @Test
    void inTime_isByWhatTasksTook_afterThoseThatWait() {
        add();
        court.clock.advance(Duration.ofSeconds(10));
        asked.getFirst().complete(RESULT);
        assertThat(queue.inTime(3, TIME)).isTrue();
        assertThat(queue.inTime(4, TIME)).isFalse();
        add();
        add();
        assertThat(asked).as("one after the other").hasSize(2);
        assertThat(queue.inTime(1, TIME)).isTrue();
        assertThat(queue.inTime(2, TIME)).isFalse();
    }

    /** A task whose weights are gone fails at once: that says nothing of the next one. */
    @Test
    void inTime_failures_sayNothing() {
        add();
        asked.getFirst().completeExceptionally(new IllegalStateException("its weights are gone"));
        assertThat(queue.inTime(1, TIME)).isTrue();
        assertThat(queue.inTime(2, TIME)).isFalse();
    }
}
