package org.decentralizedai.server.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Pictures of simulations, as SVG files. */
final class LossChart {
    private static final int WIDTH = 900, HEIGHT = 500;

    private LossChart() {}

    /** Loss on the sample over the tokens of one run. */
    static XYChart curve(Report run) {
        var chart = chart("accepted tokens", "held-out loss, nats per token");
        chart.getStyler().setLegendVisible(false);
        chart.addSeries(
                "loss",
                run.points().stream().mapToDouble(Outcome.Point::tokens).toArray(),
                run.points().stream().mapToDouble(Outcome.Point::loss).toArray());
        return chart;
    }

    /** Loss of each arm over the bytes that it sends for a token, with the best synchronous arm as a line. */
    static XYChart arms(List<Arm> arms) {
        var chart = chart("bytes sent per accepted token", "held-out loss, nats per token");
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        double least = Double.MAX_VALUE, most = 0;
        for (Arm arm : arms) {
            Double bytes = arm.first().bytesPerToken();
            if (bytes == null) continue;
            least = Math.min(least, bytes);
            most = Math.max(most, bytes);
            chart.addSeries(arm.name(), new double[] {bytes}, new double[] {arm.loss()}, new double[] {arm.spread()});
        }
        var baseline = Arm.baseline(arms);
        if (baseline != null && most > 0) {
            chart.addSeries(baseline.name(), new double[] {least, most}, new double[] {baseline.loss(), baseline.loss()
                    })
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        }
        return chart;
    }

    private static XYChart chart(String x, String y) {
        System.setProperty("java.awt.headless", "true");
        var chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        return chart;
    }

    static void save(XYChart chart, Path file) {
        try {
            VectorGraphicsEncoder.saveVectorGraphic(chart, file.toAbsolutePath().toString(), VectorGraphicsFormat.SVG);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
