package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.decentralizedai.browser.NanoTask.CHECKPOINT;
import static org.decentralizedai.browser.NanoTask.CORPUS;
import static org.decentralizedai.browser.NanoTask.EXPECTED;
import static org.decentralizedai.browser.NanoTask.HEADER;
import static org.decentralizedai.browser.NanoTask.MODEL;
import static org.decentralizedai.browser.NanoTask.SHORT;
import static org.decentralizedai.browser.NanoTask.STEPS;
import static org.decentralizedai.browser.NanoTask.WEIGHTS;
import static org.decentralizedai.browser.NanoTask.assertExpected;
import static org.decentralizedai.browser.NanoTask.decoded;
import static org.decentralizedai.browser.NanoTask.shards;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.ClientMessage.Hello;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One fixed task, computed by the shipped worker in a real browser and by the reference on the JVM. */
class WorkerTaskIT {
    private static Chromium chromium;

    @BeforeAll
    static void open() {
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterAll
    static void close() {
        chromium.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {WorkerPage.JS, WorkerPage.WASM})
    void task_inBrowser_updateEqualsTheJvms(String script) throws Exception {
        try (var server = new TaskServer(MODEL, List.of(NanoTask.tuned(STEPS)), shards(), true);
                var page = new WorkerPage(chromium, server, script)) {
            page.start();
            page.awaitUpdates();
            assertExpected(server.updates.getFirst().get());
            page.await(() -> page.seen("verdict"));
            page.command("{type: 'stop'}");
            page.await(() -> page.holds("events.some(e => e.type == 'state' && e.state == 'stopped')"));

            UpdateBegin begin = server.heard(UpdateBegin.class).getFirst();
            assertThat(begin.firstLoss()).isCloseTo(EXPECTED.firstLoss(), within(1e-4));
            assertThat(begin.lastLoss()).isCloseTo(EXPECTED.lastLoss(), within(1e-3));
            assertThat(begin.lastLoss()).isLessThan(begin.firstLoss());
            assertThat(server.heard(Hello.class)).as("connections: one was cut").hasSize(2);
            assertThat(server.heard(Hello.class).getFirst().gigaflops()).isGreaterThan(0);
            assertThat(page.evaluate("events.filter(e => e.type == 'progress').map(e => e.step)"))
                    .isEqualTo(List.of(1, 2, 3, 4, 5, 6, 7, 8));
            assertThat(page.evaluate("events.filter(e => e.type == 'state').map(e => e.state)"
                            + ".filter((state, i, all) => state != all[i - 1]).join(' ')"))
                    .isEqualTo("probing connecting waiting tuning downloading training uploading waiting stopped");
        }
    }

    /** Written on the device: the task is the same each time, and so is its update, which the first one sends as it is. */
    @Test
    void codes_inBrowser_areTheCodecsOfTheSameUpdate() throws Exception {
        var forms = new ArrayList<>(List.of(UpdateForm.whole(UpdateEncoding.F32)));
        for (UpdateEncoding encoding : List.of(UpdateEncoding.SIGN, UpdateEncoding.INT8, UpdateEncoding.INT4))
            for (Slice slice : List.of(Slice.WHOLE, new Slice(1, 2), new Slice(4, 5)))
                forms.add(new UpdateForm(encoding, slice, 0));
        try (var server = new TaskServer(MODEL, List.of(), shards(), false);
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            for (UpdateForm form : forms) server.offer(NanoTask.standard(server.updates.size() + 1, form, SHORT));
            page.start();
            page.awaitUpdates();
            float[] update = decoded(server.updates.getFirst().get());
            assertThat(update).isNotEqualTo(new float[update.length]);
            for (int i = 1; i < forms.size(); i++) {
                UpdateForm form = forms.get(i);
                assertThat(server.updates.get(i).get())
                        .as("%s", form)
                        .isEqualTo(
                                UpdateCodec.encode(form.encoding(), form.slice().of(update)));
            }
        }
    }

    @Test
    void publishedSecondMoment_inBrowser_leadsTheSteps() throws Exception {
        float[] v = new float[WEIGHTS.length];
        for (int i = 0; i < v.length; i++) v[i] = 1e-8f * (1 + i % 1000);
        byte[] published = PublishedMoment.encode(v);
        var shards = shards();
        shards.put(Digests.of(published).hex(), published);
        float[] alongIt = LocalTraining.compute(
                        new ReferenceKernels(),
                        MODEL,
                        CHECKPOINT,
                        HEADER,
                        PublishedMoment.packed(published, v.length),
                        STEPS,
                        new TaskWindows(CORPUS, NanoTask.windows(STEPS), STEPS.context()))
                .update();
        try (var server = new TaskServer(MODEL, List.of(NanoTask.along(Digests.of(published))), shards, false);
                var page = new WorkerPage(chromium, server, WorkerPage.JS)) {
            page.start();
            page.awaitUpdates();
            float[] actual = decoded(server.updates.getFirst().get());
            assertThat(RelativeError.l2(actual, alongIt)).isLessThanOrEqualTo(1e-3);
            assertThat(RelativeError.l2(actual, EXPECTED.update()))
                    .as("AdamW's from zero moments")
                    .isGreaterThan(0.1);
        }
    }

    /** Rounding in the browser must be the coordinator's to the last bit, or the checkpoint has another hash. */
    @ParameterizedTest
    @ValueSource(strings = {WorkerPage.JS, WorkerPage.WASM})
    void missedRounds_inBrowser_areCaughtUpByTheirDeltas(String script) {
        var shards = shards();
        var hops = new ArrayList<Hop>();
        byte[] last = CHECKPOINT;
        float[] weights = WEIGHTS.clone();
        for (UpdateEncoding encoding : List.of(UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.TOP64_2BIT)) {
            byte[] delta =
                    CheckpointDelta.of(encoding, UpdateCodec.encode(encoding, step(hops.size())), weights.length);
            CheckpointDelta.apply(delta, weights);
            hops.add(new Hop(Digests.of(last), List.of(Digests.of(delta)), delta.length));
            shards.put(Digests.of(delta).hex(), delta);
            last = NanoTask.file(weights);
        }
        var exact = UpdateForm.whole(UpdateEncoding.F32);
        var tasks = List.of(NanoTask.standard(1, exact, SHORT), NanoTask.after(hops, last));
        try (var server = new TaskServer(MODEL, tasks, shards, false);
                var page = new WorkerPage(chromium, server, script)) {
            page.start();
            page.awaitUpdates();
            assertThat(page.evaluate("events.filter(e => e.type == 'refetched')"))
                    .isEqualTo(List.of());
            assertThat(server.asked)
                    .as("the weights of the last round are not even there")
                    .hasSize(2 + hops.size())
                    .endsWith(hops.stream()
                            .map(hop -> hop.pieces().getFirst().hex())
                            .toArray(String[]::new));
        }
    }

    private static float[] step(long seed) {
        var random = new SplitMix64(seed);
        float[] step = new float[WEIGHTS.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) (0.01 * (random.nextDouble() - 0.5));
        return step;
    }
}
