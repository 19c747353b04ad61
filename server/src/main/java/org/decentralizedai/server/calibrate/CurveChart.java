package org.decentralizedai.server.calibrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.decentralizedai.compress.UpdateEncoding;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Over the greatest allowed distance: which share of each kind of pair would be accepted. */
final class CurveChart {
    private static final int WIDTH = 1000, HEIGHT = 500, POINTS = 60;
    private static final double LEAST = 1e-6, GREATEST = 3;

    private CurveChart() {}

    static void save(List<Pair> pairs, UpdateEncoding encoding, Path file) {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(encoding + ": share accepted")
                .xAxisTitle("greatest relative distance allowed")
                .yAxisTitle("share of the pairs")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setLegendPosition(LegendPosition.OutsideE);
        pairs.stream()
                .filter(pair -> pair.encoding() == encoding)
                .collect(Collectors.groupingBy(CurveChart::name, LinkedHashMap::new, Collectors.toList()))
                .forEach((name, group) -> curve(chart, name, group));
        try {
            VectorGraphicsEncoder.saveVectorGraphic(chart, file.toAbsolutePath().toString(), VectorGraphicsFormat.SVG);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static String name(Pair pair) {
        return (pair.honest() ? "" : "cheat: ")
                + pair.source().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void curve(XYChart chart, String name, List<Pair> group) {
        var quantiles = new Quantiles(
                group.stream().map(pair -> pair.agreement().relative()).toList());
        double[] limits = new double[POINTS], shares = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            limits[i] = LEAST * Math.pow(GREATEST / LEAST, i / (POINTS - 1.0));
            shares[i] = quantiles.share(limits[i]);
        }
        XYSeries series = chart.addSeries(name, limits, shares);
        series.setMarker(SeriesMarkers.NONE);
    }
}
