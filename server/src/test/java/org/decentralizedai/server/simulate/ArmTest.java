package org.decentralizedai.server.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.simulate.Outcome.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.knowm.xchart.XYSeries;

class ArmTest {
    private static Report run(String arm, boolean synchronous, long seed, double loss) {
        return new Report(
                arm,
                "",
                "nano",
                synchronous,
                seed,
                4,
                8,
                2,
                Inner.ADAMW,
                1e-3,
                Outer.NESTEROV,
                1,
                0,
                UpdateEncoding.INT8,
                1,
                0,
                0,
                Aggregation.ROBUST,
                0,
                null,
                false,
                loss,
                10,
                1000,
                100,
                synchronous ? null : 0.5,
                synchronous ? null : 4.0,
                synchronous ? null : 0.9,
                synchronous ? null : 0.05,
                synchronous ? null : 0.03,
                0,
                40,
                0,
                0,
                1,
                1,
                "",
                null,
                null,
                List.of(new Point(0, 0, 5), new Point(10, 1000, loss)));
    }

    private static final List<Report> RUNS = List.of(
            run("--synchronous", true, 1, 2.0),
            run("--workers 4", false, 1, 2.1),
            run("--synchronous", true, 2, 2.2),
            run("--workers 4", false, 2, 2.3),
            run("--synchronous --batch 9", true, 1, 2.4));

    @Test
    void of_runsOfAnArm_haveTheirMeanAndSpread() {
        var arms = Arm.of(RUNS);
        assertThat(arms)
                .extracting(Arm::name)
                .containsExactly("--synchronous", "--workers 4", "--synchronous --batch 9");
        assertThat(arms.getFirst().loss()).isCloseTo(2.1, within(1e-12));
        assertThat(arms.getFirst().spread()).isCloseTo(0.2 / Math.sqrt(2), within(1e-12));
        assertThat(arms.getLast().spread()).isZero();
    }

    @Test
    void table_gap_isAgainstTheBestSynchronousArm() {
        var arms = Arm.of(RUNS);
        assertThat(requireNonNull(Arm.baseline(arms)).name()).isEqualTo("--synchronous");
        assertThat(Table.of(arms))
                .contains("| `--workers 4` | 2.2000 | 0.1414 | +4.8 % | 10 | 0.500 | 4.0 | 90 % |")
                .contains("| `--synchronous` | 2.1000 | 0.1414 | +0.0 % | 10 | - | - | - |");
    }

    @Test
    void charts_areSvg(@TempDir Path folder) throws IOException {
        var arms = LossChart.arms(Arm.of(RUNS));
        assertThat(arms.getSeriesCollection()).extracting(XYSeries::getName).containsExactly("INT8", "synchronous");
        assertThat(arms.getSeries("INT8").getXData()).containsExactly(0.5);
        var curve = LossChart.curve(RUNS.get(1));
        assertThat(curve.getSeries("loss").getYData()).containsExactly(5, 2.1);
        for (var chart : List.of(arms, curve)) {
            Path file = folder.resolve("chart.svg");
            LossChart.save(chart, file);
            assertThat(Files.readString(file)).startsWith("<?xml").contains("<svg", "<path");
        }
    }
}
