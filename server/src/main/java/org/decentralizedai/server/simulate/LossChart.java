package org.decentralizedai.server.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
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

    /** Loss of each arm over the bytes that it sends for a token, a colour for each form, the best synchronous arm as a line. */
    static XYChart arms(List<Arm> arms) {
        var chart = chart("bytes sent per accepted token", "held-out loss, nats per token");
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        var sending = arms.stream().filter(arm -> !arm.first().synchronous()).toList();
        sending.stream()
                .collect(Collectors.groupingBy(LossChart::form, LinkedHashMap::new, Collectors.toList()))
                .forEach((form, of) -> chart.addSeries(
                        form,
                        of.stream().mapToDouble(LossChart::bytes).toArray(),
                        of.stream().mapToDouble(Arm::loss).toArray(),
                        of.stream().mapToDouble(Arm::spread).toArray()));
        var baseline = Arm.baseline(arms);
        var range = sending.stream().mapToDouble(LossChart::bytes).summaryStatistics();
        if (baseline != null && range.getCount() > 0)
            chart.addSeries("synchronous", new double[] {range.getMin(), range.getMax()}, new double[] {
                        baseline.loss(), baseline.loss()
                    })
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        return chart;
    }

    private static String form(Arm arm) {
        return arm.first().encoding() + (arm.first().feedback() > 0 ? " with feedback" : "");
    }

    private static double bytes(Arm arm) {
        return Objects.requireNonNull(arm.first().bytesPerToken());
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
