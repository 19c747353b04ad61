package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.train.Training;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Going back to an earlier round is one commit with all that follows from it: it is done or not, and the run goes on. */
final class GoingBackTest {
    private static final int ROUNDS = 3;

    @TempDir
    Path folder;

    private final Power power = new Power(null, 0);
    private Disk disk;
    private Coordinator coordinator;
    private List<Volunteer> volunteers;

    @BeforeEach
    void train() throws IOException {
        disk = new Disk(folder, power);
        coordinator = new Coordinator(disk, power, TestRun.settings(folder.resolve("run"), Story.TASKS), 1);
        coordinator.work();
        volunteers = List.of(new Volunteer("a", 1, _ -> {}), new Volunteer("b", 1, _ -> {}));
        volunteers.forEach(each -> each.connect(coordinator, power));
        trainUntil(ROUNDS);
    }

    @AfterEach
    void stop() {
        coordinator.close();
    }

    private Training training() {
        return coordinator.training();
    }

    private int round() {
        return training().rounds().current().orElseThrow().number();
    }

    private void trainUntil(int round) {
        for (int turn = 0; turn < 100 && round() < round; turn++) {
            volunteers.get(turn % volunteers.size()).act();
            coordinator.work();
        }
        assertThat(round()).isEqualTo(round);
    }

    /** The trainer's turns are this thread's. */
    private CompletableFuture<Integer> back() throws InterruptedException {
        var back = CompletableFuture.supplyAsync(() -> {
            try {
                return training().trainer().rollBack(ROUNDS - 1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!back.isDone()) {
            coordinator.work();
            Thread.sleep(5);
        }
        return back;
    }

    private List<String> returns() {
        return training().events().newest(100).stream()
                .filter(event -> event.kind().equals("ROLLBACK"))
                .map(Event::sentence)
                .toList();
    }

    @Test
    void commit_lost_nothingIsWrittenAndTheRoundGoesOn() throws Exception {
        disk.full(Disk.Part.DATABASE);
        var back = back();
        assertThatThrownBy(back::get).isInstanceOf(ExecutionException.class);
        disk.full(null);
        await().atMost(Duration.ofSeconds(60)) // H2 has closed its connections: each of them fails once
                .ignoreExceptions()
                .untilAsserted(() -> {
                    for (int i = 0; i < 9; i++) assertThat(returns()).isEmpty();
                });
        assertThat(round()).isEqualTo(ROUNDS);
        assertThat(training().rounds().recipe(ROUNDS + 1)).isEmpty();
        trainUntil(ROUNDS + 1);
    }

    @Test
    void answer_lost_goesOnFromTheDatabase() throws Exception {
        power.stumble();
        var back = back();
        assertThatThrownBy(back::get).isInstanceOf(ExecutionException.class);
        coordinator.work();
        assertThat(returns()).hasSize(1);
        assertThat(round()).isEqualTo(ROUNDS + 1);
        var rounds = training().rounds();
        assertThat(rounds.find(ROUNDS + 1).orElseThrow().files().checkpoint())
                .isEqualTo(rounds.find(ROUNDS - 1).orElseThrow().files().checkpoint());
        trainUntil(ROUNDS + 2);
    }
}
