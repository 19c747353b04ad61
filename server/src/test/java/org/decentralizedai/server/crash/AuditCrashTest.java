package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
 * A coordinator that ends while a fake is on its way, is found, is replaced and is taken back: files, credits, trust, audits and
 * corrections are those of a run without a crash. Two trials of each point, eight with {@code bin/test --slow}.
 */
final class AuditCrashTest {
    private static final int TRIALS = Boolean.getBoolean("slow") ? 8 : 2;
    private static final long SEED = 1;

    /** Before the fakes, or about late updates and those that {@link CrashTest} takes over. */
    private static final Set<CrashPoint> ELSEWHERE =
            EnumSet.of(CrashPoint.FIRST_CHECKPOINT, CrashPoint.LATE_RECORD_FORCED, CrashPoint.TAKING_OVER);

    /** The run has one promotion after the fakes began, and two fakes; three rounds of the rest. */
    private static final Set<CrashPoint> ONCE =
            EnumSet.of(CrashPoint.REPORTED, CrashPoint.POINTER_NAMED, CrashPoint.POINTED);

    @TempDir
    static Path folder;

    private static Settings settings;
    private static Path beginning;
    private static AuditedStory.State undisturbed;

    @BeforeAll
    static void run() throws IOException {
        settings = TestRun.settings(folder, Story.TASKS);
        var first = List.of(new End(CrashPoint.FIRST_CHECKPOINT, 0, Disk.Left.ALL));
        beginning =
                new Story(Files.createDirectory(folder.resolve("first")), null, settings, SEED, 0, first).beginning();
        undisturbed = story(0, List.of()).run();
    }

    /** @param course seed of where the log is torn */
    private static AuditedStory story(long course, List<End> ends) throws IOException {
        return new AuditedStory(Files.createTempDirectory(folder, "story"), beginning, settings, SEED, course, ends);
    }

    /** @param trial says how often the point is passed after the first fake's round began, and what is left of unforced writes */
    record Trial(CrashPoint point, int trial) {
        End end() {
            int shift = point == CrashPoint.FAKE_REPLACED ? 0 : trial / 3; // its passes go by two
            var left = Disk.Left.values()[(shift + trial + point.ordinal()) % 3];
            return new End(point, passes(), left);
        }

        private int passes() {
            if (ONCE.contains(point)) return 0;
            return point == CrashPoint.FAKE_REPLACED ? trial % 2 : trial % 3;
        }

        @Override
        public String toString() {
            return point + ", trial " + trial;
        }
    }

    static Stream<Trial> trials() {
        return Stream.of(CrashPoint.values())
                .filter(point -> !ELSEWHERE.contains(point))
                .flatMap(point -> IntStream.range(0, TRIALS).mapToObj(trial -> new Trial(point, trial)));
    }

    @Test
    void noCrash_fakesAreFoundReplacedAndTakenBack() {
        assertThat(undisturbed.audits().drawn()).isEqualTo(AuditedStory.ROUNDS * Story.TASKS);
        assertThat(undisturbed.audits().caught()).isEqualTo(2);
        assertThat(undisturbed.audits().missed()).isZero();
        assertThat(undisturbed.corrections()).containsExactly(0, 0, AuditedStory.FIRST_FAKE, 0, 0);
        assertThat(undisturbed.trust()).containsExactly(5, 5, 1);
        assertThat(undisturbed.forfeited()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("trials")
    void crash_anywhere_booksAndFilesAreThoseOfARunWithoutOne(Trial trial) throws IOException {
        assertThat(story(trial.trial(), List.of(trial.end())).run()).isEqualTo(undisturbed);
    }
}
