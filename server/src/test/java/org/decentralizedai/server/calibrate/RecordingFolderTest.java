package org.decentralizedai.server.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates that browsers have computed on two adapters, as docs/results/recorded has them. */
class RecordingFolderTest {
    private static final List<UpdateEncoding> FORMS =
            List.of(UpdateEncoding.F32, UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN);

    private static final List<Recording> RECORDED = new RecordingFolder(Path.of("../docs/results/recorded")).all();

    @TempDir
    Path folder;

    @Test
    void recordedUpdate_ofEachAdapter_isAccepted() {
        assertThat(RECORDED.stream().collect(Collectors.groupingBy(Recording::device, Collectors.counting())))
                .isEqualTo(Map.of("swiftshader", 12L, "lavapipe", 12L));
        assertThat(RECORDED)
                .allSatisfy(recording -> assertThat(recording.agreements(FORMS))
                        .allSatisfy((form, agreement) -> assertThat(
                                        Tolerance.of(form).accepts(agreement))
                                .isTrue()));
    }

    @Test
    void recordedUpdate_forAnotherTask_isRefused() {
        assertThat(RECORDED)
                .allSatisfy(it -> assertThat(
                                new Recording(it.device(), it.task() + 1, it.weights(), it.update()).agreements(FORMS))
                        .allSatisfy((form, agreement) -> assertThat(
                                        Tolerance.of(form).accepts(agreement))
                                .isFalse()));
    }

    /** Prints the figures of docs/verification.md. */
    @Test
    void recordedUpdates_ofTwoAdapters_agreeAsReplicas() {
        var byTask = RECORDED.stream().collect(Collectors.groupingBy(Recording::task));
        assertThat(byTask.values()).allSatisfy(two -> assertThat(two).hasSize(2));
        for (UpdateEncoding form : FORMS) {
            var agreements = byTask.values().stream()
                    .map(two -> between(form, two.getFirst(), two.getLast()))
                    .toList();
            assertThat(agreements)
                    .as("%s", form)
                    .allMatch(agreement -> Tolerance.between(form).accepts(agreement));
            var relative =
                    new Quantiles(agreements.stream().map(Agreement::relative).toList());
            System.out.printf(
                    "%s of two adapters: median %.2g, greatest %.2g%n", form, relative.at(0.5), relative.greatest());
        }
    }

    private static Agreement between(UpdateEncoding form, Recording one, Recording other) {
        float[] a = one.update().values(), b = other.update().values();
        return Agreement.between(form, a.length, UpdateCodec.encode(form, a), UpdateCodec.encode(form, b));
    }

    @Test
    void weights_madeOnce_areThoseOfEachRecording() throws IOException {
        var recordings = new RecordingFolder(folder);
        float[] weights = recordings.weights(2);
        assertThat(recordings.weights(2)).isEqualTo(weights);
        float[] update = {1, -2.5f, 0};
        recordings.keep(new Recording("card", 2, new Recording.Values(weights), new Recording.Values(update)));
        assertThat(recordings.all()).singleElement().satisfies(found -> {
            assertThat(found.device()).isEqualTo("card");
            assertThat(found.task()).isEqualTo(2);
            assertThat(found.weights().values()).isEqualTo(weights);
            assertThat(found.update().values()).isEqualTo(update);
        });
    }
}
