package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.crash.Story.End;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rounds that close without their slowest volunteer, and a coordinator that ends at a named point: each acknowledged update is in
 * the step of exactly one round, and no task is lost.
 */
final class LateCrashTest {
    private static final int TRIALS = Boolean.getBoolean("slow") ? 8 : 1;

    /** Before the first round, or about what is promoted: {@link CrashTest} has them. */
    private static final Set<CrashPoint> ELSEWHERE = EnumSet.of(
            CrashPoint.FIRST_CHECKPOINT,
            CrashPoint.REPORTED,
            CrashPoint.POINTER_NAMED,
            CrashPoint.POINTED,
            CrashPoint.BLOB_DELETED);

    @TempDir
    static Path folder;

    private static Settings settings;

    @BeforeAll
    static void prepare() throws IOException {
        settings = TestRun.settings(folder, TestRun.recipe(2, 4, UpdateEncoding.INT8));
    }

    /** @param trial the seed, and what is left of unforced writes */
    record Trial(CrashPoint point, int trial) {
        List<End> ends() {
            var left = Disk.Left.values()[(trial + point.ordinal()) % 3];
            var ends = new ArrayList<End>();
            if (point == CrashPoint.TAKING_OVER)
                ends.add(new End(CrashPoint.LATE_RECORD_FORCED, trial % 2, Disk.Left.ALL));
            ends.add(new End(point, trial % 2, left));
            return ends;
        }

        @Override
        public String toString() {
            return point + ", trial " + trial;
        }
    }

    static Stream<Trial> trials() {
        return CrashPoint.withoutAudits()
                .filter(point -> !ELSEWHERE.contains(point))
                .flatMap(point -> IntStream.range(0, TRIALS).mapToObj(trial -> new Trial(point, trial)));
    }

    /** Where replicas are given out and come in. */
    static Stream<Trial> ofReplicas() {
        var points = EnumSet.of(
                CrashPoint.LEASED, CrashPoint.RECORD_FORCED, CrashPoint.COMMIT_FORCED, CrashPoint.ROUND_FULL);
        return trials().filter(trial -> points.contains(trial.point()));
    }

    private static LateStory story(long seed, List<End> ends) throws IOException {
        return new LateStory(Files.createTempDirectory(folder, "story"), settings, seed, ends);
    }

    @Test
    void noCrash_someUpdatesComeLateAndCount() throws IOException {
        assertThat(story(1, List.of()).run()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("trials")
    void crash_anywhere_everyAcknowledgedUpdateIsInOneRound(Trial trial) throws IOException {
        story(trial.trial(), trial.ends()).run();
    }

    /** No replica is in a step, whatever the crash has taken, and nobody is called a cheat. */
    @ParameterizedTest
    @MethodSource("ofReplicas")
    void crash_withReplicas_everyAcknowledgedUpdateIsInOneRound(Trial trial) throws IOException {
        new LateStory(
                        Files.createTempDirectory(folder, "story"),
                        TestRun.replicated(settings),
                        trial.trial(),
                        trial.ends())
                .run();
    }
}
