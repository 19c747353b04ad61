package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.wire.ClientMessage.TaskRequest;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.Idle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server whose only worker begins to lie. Rounds of one task, so that no aggregation helps. */
final class LossJumpTest {
    private static final Pattern SENTENCE = Pattern.compile("round (\\d+) starts from the weights of round (\\d+)");

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

    /** Empty when the run is paused. */
    private static Optional<GradientTask> task(TestWorker worker) throws InterruptedException {
        worker.send(new TaskRequest());
        while (true) {
            var message = worker.next();
            if (message instanceof GradientTask task) return Optional.of(task);
            if (message instanceof Idle idle && idle.reason() == IdleReason.PAUSED) return Optional.empty();
        }
    }

    /** One round, and the score of what it led to. The server may go back at any instant, then the work is in vain. */
    private void round(boolean poison) throws Exception {
        int number = current().number();
        try (var worker = TestWorker.join(server.url(), "a")) {
            var task = task(worker);
            if (task.isEmpty()) return;
            if (poison) worker.poison(task.get());
            else worker.train(task.get());
        } catch (TestWorker.Cancelled e) {
            assertThat(e).hasMessageContaining("round");
        } catch (TestWorker.Disconnected e) { // asked for a task at the very instant, which the server answers so
            assertThat(e).hasMessageContaining("please connect again");
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> current().number() > number && current().heldOutBits() != null);
    }

    /** Poisons rounds until then. */
    private void poison(BooleanSupplier end) throws Exception {
        for (int i = 0; i < 200 && !end.getAsBoolean(); i++) round(true);
        await().atMost(Duration.ofSeconds(60)).until(end::getAsBoolean);
    }

    @Test
    void lossJumps_serverGoesBackByItselfAndTrainsOn() throws Exception {
        for (int i = 0; i < 5; i++) round(false);
        poison(() -> !jumps().isEmpty());
        await().atMost(Duration.ofSeconds(60)).until(() -> event("ROLLBACK"));
        var said = SENTENCE.matcher(newest("ROLLBACK").sentence()); // by now the run may be a round further
        assertThat(said.matches()).isTrue();
        var restored = rounds().find(Integer.parseInt(said.group(1))).orElseThrow();
        var origin = rounds().find(Integer.parseInt(said.group(2))).orElseThrow();
        assertThat(origin.number()).isBetween(4, restored.number() - 1);
        assertThat(restored.files().checkpoint()).isEqualTo(origin.files().checkpoint());
        assertThat(restored.tokens()).isEqualTo(origin.tokens());
        assertThat(jumps().getFirst().sentence()).contains("held-out loss", "against");
        round(false);
        assertThat(current().number()).isGreaterThan(restored.number());
        assertThat(jumps()).hasSize(1);
    }

    @Test
    void lossJumpsAgainAndAgain_runIsPaused_untilItsOperatorGoesBack() throws Exception {
        for (int i = 0; i < 3; i++) round(false);
        var good = current().files().checkpoint();
        poison(this::paused);
        assertThat(givenUp()).isTrue();
        assertThat(event("PAUSED")).isTrue();
        assertThat(server.training().status().figures().paused()).isTrue();
        assertThatRoundsStandStill();

        int told = jumps().size();
        var operator = new Operator(server.url(), folder.resolve("data"));
        operator.done("resume");
        round(true);
        round(true);
        assertThat(paused()).as("whoever goes on from bad weights knows of it").isFalse();
        assertThat(jumps()).hasSize(told);

        int kept = rounds().all().stream()
                .filter(round -> round.files().checkpoint().equals(good))
                .mapToInt(Round::number)
                .max()
                .orElseThrow();
        operator.done("rollback", "round", String.valueOf(kept));
        round(false);
        poison(this::paused);
        assertThat(jumps()).as("told again").hasSizeGreaterThan(told);
        server.close();
        server = new Server(TestRun.settings(folder, 1));
        assertThat(paused()).as("after a restart").isTrue();
        assertThatRoundsStandStill();
    }

    private void assertThatRoundsStandStill() throws Exception {
        int number = current().number();
        round(true);
        assertThat(current().number()).isEqualTo(number);
    }

    private boolean paused() {
        return server.training().desk().mode() == TaskDesk.Mode.PAUSED;
    }

    private boolean givenUp() {
        return jumps().stream().anyMatch(event -> event.sentence().contains("did not help"));
    }

    private boolean event(String kind) {
        return server.training().events().newest(100).stream()
                .anyMatch(event -> event.kind().equals(kind));
    }

    private Event newest(String kind) {
        return server.training().events().newest(100).stream()
                .filter(event -> event.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
