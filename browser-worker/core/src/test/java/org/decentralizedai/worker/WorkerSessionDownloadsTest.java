package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.WorkerEvent.Downloaded;
import org.decentralizedai.worker.WorkerEvent.Dropped;
import org.junit.jupiter.api.Test;

/** Where the bytes of a task come from, and what is done about wrong ones. */
class WorkerSessionDownloadsTest extends WorkerSessionFixture {
    @Test
    void session_sameCheckpointTwice_downloadsItOnce() {
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        run(2);
        assertThat(fixture.blobs.asked).hasSize(fixture.pieces.size() + 1).doesNotHaveDuplicates();
        Downloaded last = events(Downloaded.class).getLast();
        assertThat(last.bytes()).isEqualTo(fixture.file.length + fixture.shard.length);
        assertThat(events(Downloaded.class))
                .allSatisfy(d -> assertThat(d.totalBytes()).isGreaterThanOrEqualTo(d.bytes()));
    }

    @Test
    void session_piecesKept_downloadsNothing() {
        for (var hash : fixture.pieces) weights.keep(hash, fixture.blobs.get(hash));
        corpus.keep(fixture.corpus, fixture.shard);
        fixture.blobs.asked.clear();
        server.answers.add(fixture.task(1));
        run(1);
        assertThat(fixture.blobs.asked).isEmpty();
        assertExactUpdate(FIRST);
    }

    @Test
    void session_keptPieceRotted_fetchesItAgain() {
        weights.blobs.put(fixture.pieces.get(1), new byte[] {1, 2, 3});
        server.answers.add(fixture.task(1));
        run(1);
        assertExactUpdate(FIRST);
        assertThat(weights.get(fixture.pieces.get(1))).hasSize(50_000);
    }

    @Test
    void session_corruptedPiece_refusesTaskAndGoesOn() {
        byte[] wrong = fixture.blobs.get(fixture.pieces.get(1)).clone();
        byte[] right = fixture.blobs.blobs.put(fixture.pieces.get(1), wrong);
        wrong[77]++;
        server.answers.add(fixture.task(1));
        server.answers.add(fixture.task(2));
        server.script = message -> {
            if (message instanceof Abandon) fixture.blobs.blobs.put(fixture.pieces.get(1), right);
        };
        run(1);
        assertThat(server.heard(Abandon.class)).singleElement().satisfies(abandon -> {
            assertThat(abandon.lease()).isEqualTo(FIRST);
            assertThat(abandon.reason()).contains("corrupted");
        });
        assertThat(events(Dropped.class)).hasSize(1);
        assertExactUpdate(SECOND);
    }

    @Test
    void session_piecesOfAnotherCheckpoint_refusesTask() {
        GradientTask task = fixture.task(1);
        server.answers.add(new GradientTask(
                task.lease(),
                5,
                fixture.corpus,
                task.weights(),
                List.of(),
                List.of(),
                task.data(),
                task.steps(),
                task.form(),
                false,
                1000));
        server.answers.add(fixture.task(2));
        run(1);
        assertThat(events(Dropped.class))
                .singleElement()
                .satisfies(dropped -> assertThat(dropped.sentence()).contains("do not have its hash"));
        assertExactUpdate(SECOND);
    }

    @Test
    void session_weakNetworkForShards_triesAgain() {
        fixture.blobs.failures = 3;
        server.answers.add(fixture.task(1));
        run(1);
        assertExactUpdate(FIRST);
        assertThat(world.millis()).isGreaterThan(1500); // three waits of at least 250, 500 and 1000 ms
    }
}
