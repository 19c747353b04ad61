package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.browser.NanoTask.EXPECTED;
import static org.decentralizedai.browser.NanoTask.MODEL;
import static org.decentralizedai.browser.NanoTask.STEPS;
import static org.decentralizedai.browser.NanoTask.assertExpected;
import static org.decentralizedai.browser.NanoTask.decoded;
import static org.decentralizedai.browser.NanoTask.shards;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.Precision;
import org.decentralizedai.wire.ClientMessage.Abandon;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same task on machines with less memory, and with none to speak of. */
class WorkerMemoryIT {
    private static Chromium chromium;

    @BeforeAll
    static void open() {
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    @Test
    void start_machineWithTooLittleMemory_refusesInWordsBeforeItDownloads() {
        var task = NanoTask.tuned(STEPS);
        try (var server = new TaskServer(MODEL, List.of(task), shards(), false);
                var page = new WorkerPage(chromium, server, WorkerPage.machineOf(1 << 20))) {
            page.start();
            page.await(() -> page.holds("events.some(e => e.state == 'failed')"));
            String reason = (String) page.evaluate("events.at(-1).reason");
            assertThat(reason).matches("This task needs \\d\\.\\d MB of buffers; this device allows 0\\.5 MB\\.");
            assertThat(server.heard(Abandon.class)).containsExactly(new Abandon(task.lease(), reason));
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    void task_machineThatCannotKeepActivations_makesThemAgainToTheSameBits() throws Exception {
        List<byte[]> updates = updates(STEPS, List.of(Keeping.ALL, Keeping.PRODUCTS, Keeping.NOTHING));
        assertThat(updates).allMatch(update -> Arrays.equals(update, updates.getFirst()));
        assertExpected(updates.getFirst());
    }

    /** A little further from the reference's, which is exact, than halves alone bring it: HalfActivationsTest. */
    @Test
    void task_activationsInF16_updateIsCloseToTheExactOneAndTheSameOnASmallMachine() throws Exception {
        LocalSteps rounded = STEPS.withActivations(Precision.F16);
        List<byte[]> updates = updates(rounded, List.of(Keeping.HALVES, Keeping.NOTHING_AS_HALVES));
        assertThat(updates.getLast()).isEqualTo(updates.getFirst());
        assertExpected(updates.getFirst());
        assertThat(RelativeError.l2(decoded(updates.getFirst()), EXPECTED.update()))
                .as("rounded")
                .isGreaterThan(3e-5);
    }

    /**
     * In one page, whose later workers remember the kernels that the first has chosen: others would add in another order.
     *
     * @param ways for each of which a machine has just enough
     */
    private static List<byte[]> updates(LocalSteps steps, List<Keeping> ways) throws Exception {
        var updates = new ArrayList<byte[]>();
        try (var server = new TaskServer(MODEL, List.of(), shards(), false);
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            for (Keeping way : ways) {
                server.offer(NanoTask.tuned(steps));
                long needed = MemoryPlan.of(TaskShape.of(MODEL, steps), way).bytes();
                page.load(WorkerPage.machineOf(2 * needed + 4096));
                page.start();
                page.awaitUpdates();
                assertThat(page.evaluate("events.find(e => e.type == 'memory').keeping"))
                        .isEqualTo(way.name());
                updates.add(server.updates.getLast().get());
                page.terminate();
            }
        }
        return updates;
    }
}
