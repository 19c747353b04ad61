package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.server.TestRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lock on the database is lost in the midst of a round: another server may have taken over what this one was at. */
final class NotAloneTest {
    @TempDir
    Path folder;

    @Test
    void fullRound_isClosedWhenTheServerIsAloneAgain() throws Exception {
        var power = new Power(null, 0);
        var disk = new Disk(Files.createDirectories(folder.resolve("life")), power);
        var coordinator = new Coordinator(disk, power, TestRun.settings(folder, 1), 1);
        try {
            var training = coordinator.training();
            var alone = new AtomicBoolean(true);
            training.desk().alone(alone::get);
            coordinator.work();
            var volunteer = new Volunteer("a", 1, _ -> {});
            volunteer.connect(coordinator, power);
            volunteer.act();
            assertThat(volunteer.act()).as("accepted").isPresent();

            alone.set(false);
            coordinator.work();
            assertThat(training.rounds().current().orElseThrow().number()).isZero();
            assertThat(training.trainer().failure()).contains("alone");

            alone.set(true);
            coordinator.workLater();
            assertThat(training.rounds().current().orElseThrow().number()).isEqualTo(1);
            assertThat(training.trainer().failure()).isNull();
        } finally {
            coordinator.close();
        }
    }
}
