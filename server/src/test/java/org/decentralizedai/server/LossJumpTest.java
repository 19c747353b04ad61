package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server whose only worker begins to lie. Rounds of one task, so that no aggregation helps. */
final class LossJumpTest {
    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(TestRun.settings(folder, 1));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RoundLedger rounds() {
        return server.training().rounds();
    }

    private Round current() {
        return rounds().current().orElseThrow();
    }

    private List<Event> jumps() {
        return server.training().events().newest(100).stream()
                .filter(event -> event.kind().equals("LOSS_JUMPED"))
                .toList();
    }

    /** One round, and the score of what it led to. The server may go back at any instant, then the work is in vain. */
    private void round(boolean poison) throws Exception {
        int number = current().number();
        try (var worker = TestWorker.join(server.url(), "a")) {
            var task = worker.task();
            if (poison) worker.poison(task);
            else worker.train(task);
        } catch (AssertionError | ClassCastException cancelled) {
            return;
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> current().number() > number);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> rounds().find(number + 1).orElseThrow().heldOutBits() != null);
    }

    private void roundsUntilJumps(int count) throws Exception {
        for (int i = 0; i < 60 && jumps().size() < count; i++) {
            round(true);
            Thread.sleep(100); // the trainer's thread has its turn
        }
        assertThat(jumps()).hasSize(count);
    }

    @Test
    void lossJumps_serverGoesBackByItselfAndTrainsOn() throws Exception {
        for (int i = 0; i < 5; i++) round(false);
        roundsUntilJumps(1);
        await().atMost(Duration.ofSeconds(60)).until(() -> event("ROLLBACK"));
        var restored = current();
        var origin = rounds().all().stream()
                .filter(round ->
                        round.files().checkpoint().equals(restored.files().checkpoint()))
                .findFirst()
                .orElseThrow();
        assertThat(origin.number()).isBetween(4, restored.number() - 1);
        assertThat(restored.tokens()).isEqualTo(origin.tokens());
        assertThat(jumps().getFirst().sentence()).contains("held-out loss", "against");
        round(false);
        assertThat(current().number()).isGreaterThan(restored.number());
        assertThat(jumps()).hasSize(1);
    }

    @Test
    void lossJumpsAgainAndAgain_serverLeavesItToItsOperator() throws Exception {
        for (int i = 0; i < 3; i++) round(false);
        for (int i = 0; i < 80 && !givenUp(); i++) {
            round(true);
            Thread.sleep(100);
        }
        assertThat(givenUp()).isTrue();
        int told = jumps().size();
        round(true);
        round(true);
        assertThat(jumps()).as("said once").hasSize(told);
    }

    private boolean givenUp() {
        return jumps().stream().anyMatch(event -> event.sentence().contains("did not help"));
    }

    private boolean event(String kind) {
        return server.training().events().newest(100).stream()
                .anyMatch(event -> event.kind().equals(kind));
    }
}
