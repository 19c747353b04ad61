package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.crash.Story.End;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A coordinator that ends at a named point and starts again on what is left: no acknowledged update is lost, none counts twice,
 * and all checkpoints with momentum and carry, the tokens and the promoted checkpoint are those of a run without a crash, to the
 * bit. Two trials of each point, eight with {@code bin/test --slow}.
 */
final class CrashTest {
    private static final int TRIALS = Boolean.getBoolean("slow") ? 8 : 2;

    private static final long SEED = 1;

    @TempDir
    static Path folder;

    private static Settings settings;
    private static Path beginning; // one run for all, as its name is in every checkpoint
    private static Story.State undisturbed;

    @BeforeAll
    static void run() throws IOException {
        settings = TestRun.settings(folder, Story.TASKS);
        var first = List.of(new End(CrashPoint.FIRST_CHECKPOINT, 0, Disk.Left.ALL));
        beginning =
                new Story(Files.createDirectory(folder.resolve("first")), null, settings, SEED, 0, first).beginning();
        undisturbed = new Story(
                        Files.createDirectory(folder.resolve("undisturbed")), beginning, settings, SEED, 0, List.of())
                .run();
        assertThat(undisturbed.updates()).isEqualTo(Story.ROUNDS * Story.TASKS);
        assertThat(undisturbed.accepted()).isEqualTo(undisturbed.updates());
        assertThat(undisturbed.promoted()).isEqualTo(4);
    }

    /** @param trial says how often the point is passed, what is left of unforced writes, and who acts when */
    record Trial(CrashPoint point, int trial) {
        List<End> ends() {
            var left = Disk.Left.values()[(trial + point.ordinal()) % 3];
            var ends = new ArrayList<End>();
            if (point == CrashPoint.TAKING_OVER) ends.add(new End(CrashPoint.RECORD_FORCED, trial, Disk.Left.ALL));
            ends.add(new End(point, passes(), left));
            return ends;
        }

        /** The first points come seldom: a run has one first checkpoint, two promotions, five rounds, fifteen updates. */
        private int passes() {
            return switch (point) {
                case TAKING_OVER -> 0;
                case FIRST_CHECKPOINT, REPORTED, POINTER_NAMED, POINTED -> trial % 2;
                case LOG_TRIMMED, ROUND_FORCED, CLEARED, ROUND_FULL, ROUND_COMMITTED, LOG_FILE_MADE -> trial % 4;
                default -> trial;
            };
        }

        @Override
        public String toString() {
            return point + ", trial " + trial;
        }
    }

    static Stream<Trial> trials() {
        return CrashPoint.withoutAudits()
                .filter(point -> point != CrashPoint.LATE_RECORD_FORCED) // all three tasks are waited for
                .flatMap(point -> IntStream.range(0, TRIALS).mapToObj(trial -> new Trial(point, trial)));
    }

    @ParameterizedTest
    @MethodSource("trials")
    void crash_anywhere_losesNothingAndCountsNothingTwice(Trial trial) throws IOException {
        var place = Files.createTempDirectory(folder, "crash");
        assertThat(new Story(place, beginning, settings, SEED, trial.trial(), trial.ends()).run())
                .isEqualTo(undisturbed);
    }

    /** Its round is not tried again with the next round's weights. */
    @Test
    void commitOfARound_answerLost_trainerGoesOnFromTheDatabase() throws IOException {
        var place = Files.createTempDirectory(folder, "stumble");
        assertThat(new Story(place, beginning, settings, SEED, 0, List.of())
                        .stumbling()
                        .run())
                .isEqualTo(undisturbed);
    }
}
