package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.browser.NanoTask.CHECKPOINT;
import static org.decentralizedai.browser.NanoTask.CORPUS;
import static org.decentralizedai.browser.NanoTask.HEADER;
import static org.decentralizedai.browser.NanoTask.MODEL;
import static org.decentralizedai.browser.NanoTask.STEPS;
import static org.decentralizedai.browser.NanoTask.shards;

import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks in a Chromium that was started without WebGPU: the processor computes them. */
class ProcessorTaskIT {
    /** As an audit on the server computes it. */
    private static float[] audit() {
        try (var kernels = new VectorKernels(2)) {
            var windows = new TaskWindows(CORPUS, NanoTask.windows(STEPS), STEPS.context());
            return LocalTraining.compute(kernels, MODEL, CHECKPOINT, HEADER, STEPS, windows)
                    .update();
        }
    }

    /** By the page itself, at the first step of the second task: a test would be told of it later. */
    private static final String STOPS = """
            worker.addEventListener('message', e => {
              if (e.data.type == 'progress' && events.filter(e => e.type == 'progress').length == %d)
                worker.postMessage({type: 'stop'});
            })""";

    /** Prints the figures of docs/performance.md. */
    @ParameterizedTest
    @ValueSource(strings = {WorkerPage.JS, WorkerPage.WASM})
    void task_onTheProcessor_passesAnAuditAndHearsStop(String script) throws Exception {
        var tasks = List.of(NanoTask.standard(1), NanoTask.standard(2));
        try (var server = new TaskServer(MODEL, tasks, shards(), false);
                var chromium = Chromium.withoutWebGpu();
                var page = new WorkerPage(chromium, server, script)) {
            page.evaluate(STOPS.formatted(STEPS.steps() + 1));
            page.start();
            page.await(() -> page.seen("verdict"));
            var agreement = Agreement.of(
                    UpdateEncoding.F32, audit(), server.updates.getFirst().get());
            assertThat(Tolerance.of(UpdateEncoding.F32).accepts(agreement))
                    .as("%s", agreement)
                    .isTrue();
            Hello hello = server.heard(Hello.class).getFirst();
            assertThat(hello.adapter()).matches("This browser .*: computing on the processor");
            assertThat(hello.software()).isTrue();
            assertThat(hello.gigaflops()).isGreaterThan(0);

            page.await(() -> page.holds("events.some(e => e.state == 'stopped')"));
            assertThat(server.heard(UpdateBegin.class).getLast().steps())
                    .as("of the task in which it was stopped")
                    .isBetween(1, STEPS.steps() - 1);
            assertThat(server.updates.getLast()).as("it was sent").isDone();
            System.out.println(script + " on the processor: " + hello.gigaflops() + " GFLOP/s, tokens/s of each step "
                    + page.evaluate("events.filter(e => e.type == 'progress').map(e => Math.round(e.tokensPerSecond))")
                    + ", " + agreement);
        }
    }
}
