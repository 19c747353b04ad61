package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * The goal of docs/training-recipe.md, "Use of the devices", for {@code small} scaled to {@code nano}: lines and speeds are slower in
 * proportion to the model, so that each transfer and each task takes as long.
 */
final class UseOfDevicesTest {
    private static final String SCALED =
            "--model nano --workers 8 --untrained --task-seconds 60 --min-tasks 12 --round-tasks 16 --step-encoding INT4"
                    + " --steps 8 --batch 40 --micro-batch 5 --speed 129.25 --up 0.545 --down 0.18 --tokens 1500000 --closing 1.9";

    @TempDir
    Path folder;

    @Test
    void eightWorkers_compute90PerCentOfTheTime_firstDownloadAndClosingOfRoundsIncluded() throws IOException {
        String text = IntStream.range(0, 40_000)
                .mapToObj(i -> "the whale number " + i + " dives. ")
                .collect(Collectors.joining());
        var corpus = Files.writeString(folder.resolve("text.txt"), text);
        var lines = folder.resolve("lines.jsonl");
        String[] options = Stream.concat(
                        Stream.of(
                                "--corpus",
                                corpus.toString(),
                                "--held-out-tail",
                                "--seed",
                                "1",
                                "--json",
                                lines.toString()),
                        Stream.of(SCALED.split(" ")))
                .toArray(String[]::new);
        var out = new StringWriter();
        assertThat(SimulateMain.run(new PrintWriter(out), options))
                .as("%s", out)
                .isZero();
        var report = JsonMapper.shared().readTree(Files.readString(lines));
        assertThat(report.get("utilisation").doubleValue()).isGreaterThan(0.9);
        assertThat(report.get("rounds").intValue()).isGreaterThan(8);
    }
}
