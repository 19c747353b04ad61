package org.decentralizedai.server.aggregate;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.decentralizedai.server.state.LoggedUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What each update of a round counts for, so that no minority of liars decides; pure, and the same bits wherever it is computed.
 * One pass over the encoded updates, one for each processor at a time, K sketches and K² cosines: memory grows with the parameters by those few updates.
 *
 * <ol>
 *   <li>{@link Weights}: tokens, age, trust, and the cap on new accounts. All medians below are weighted by them.
 *   <li>Norms: an update longer than the median is scaled to it. The length of no update matters any more.
 *   <li>Copies: nearly an update of the round before, no weight; alike within the round, all of a group count as one. "Alike" is
 *       measured by what honest pairs of the round are to each other ({@link Likeness}).
 *       A copy of an older round passes, and is for audits: each round more to compare with costs as much as the seed, the measures and
 *       the download of whoever verifies do for one.
 *   <li>Strays: the median cosine of an update with all others of its slice, and its cosine with the last step, must be within four
 *       deviations of what most of the slice, and most of the round, have: flipped signs, noise and other directions are below, a step that is only the last one
 *       again is above. Deviations are of the median kind, so that liars do not widen them.
 *   <li>Centred clip (Karimireddy, He and Jaggi 2021): what is left is clipped around the last step, scaled to the median of how
 *       far updates go along it, at their median distance from it.
 * </ol>
 *
 * One update moves the mean by at most twice the median norm times its share of the weight.
 *
 * <p>Why not the usual rules? They look at each coordinate, or at distances, and updates here are sparse or slices. The
 * <b>coordinate-wise median</b> of top-k updates is zero wherever less than half of them kept the coordinate, that is everywhere
 * at 1/16; of signs it is a majority vote that throws the size of the step away. A <b>trimmed mean</b> cuts the few that are not
 * zero first. With slices either is over K / parts values, three at K = 16 in 5 parts, of which one liar is a third. <b>Krum</b>
 * (Blanchard et al. 2017) takes the one update that is nearest to its neighbours: distances of sparse updates tell where they
 * are not zero, those of slices do not exist, and one update of 16 has 16 times the variance of their mean. A
 * cosine needs neither a common length nor all coordinates, and that with the last step no common slice.
 *
 * @param shares in the order of the updates
 * @param centre by which the last step is multiplied where {@link Share#pull} leads to it
 */
public record RobustShares(List<Share> shares, double centre) {
    private static final double DEVIATIONS = 4;
    private static final double LEAST = 0.1; // of a cosine, that is no reason to leave an update out
    private static final int FEWEST = 5; // updates of a round among which some may be strays

    private static final double LEAST_COUNTED = 1.0 / 3; // of the weight

    public RobustShares {
        shares = List.copyOf(shares);
    }

    /** By tokens and age alone. @param round that is closed */
    public static RobustShares none(int round, List<LoggedUpdate> updates) {
        double[] weights = Weights.of(updates, round, Standing.EQUAL);
        return new RobustShares(Arrays.stream(weights).mapToObj(Share::plain).toList(), 0);
    }

    /**
     * @param updates of the round, in the order of their tasks
     * @param before those of the round before, of which nobody must send a copy; empty where none are kept
     * @param last outer momentum: the direction of the last steps; null when there is none
     */
    public static RobustShares of(
            int round,
            int parameters,
            List<LoggedUpdate> updates,
            List<LoggedUpdate> before,
            float @Nullable [] last,
            Standing standing) {
        long seed = seed(updates);
        var step = new LastStep(last);
        var measures = each(updates, update -> Measures.of(update, parameters, step, seed));
        double[] weights = Weights.of(updates, round, standing);
        double[] scales = clip(measures, weights);
        var findings = new Finding[updates.size()];
        Arrays.fill(findings, Finding.FINE);
        var likeness = new Likeness(measures.stream().map(Measures::sketched).toList(), weights);
        copies(likeness, each(before, update -> Sketched.of(update, parameters, seed)), findings);
        strays(likeness, measures, weights, findings);
        double[] counted = counted(weights, likeness.groups(), findings);
        if (sum(counted) < LEAST_COUNTED * sum(weights)) { // no majority was found: then nothing is known of anybody
            counted = weights;
            Arrays.fill(findings, Finding.FINE);
        }
        return centred(measures, counted, scales, findings);
    }

    /** For each slice of the round the weights of its updates, and zeros for those of others. */
    private static List<double[]> slices(List<Measures> measures, double[] weights) {
        return measures.stream()
                .map(Measures::slice)
                .distinct()
                .map(slice -> IntStream.range(0, weights.length)
                        .mapToDouble(i -> measures.get(i).slice().equals(slice) ? weights[i] : 0)
                        .toArray())
                .toList();
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    /** From the updates themselves: none of their senders knew it. */
    private static long seed(List<LoggedUpdate> updates) {
        try {
            var hash = MessageDigest.getInstance("SHA-256");
            for (var update : updates) hash.update(update.encoded().array());
            return ByteBuffer.wrap(hash.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static <T> List<T> each(List<LoggedUpdate> updates, Function<LoggedUpdate, T> pass) {
        return IntStream.range(0, updates.size())
                .parallel() // each is a function of its update alone
                .mapToObj(i -> pass.apply(updates.get(i)))
                .toList();
    }

    private static double[] clip(List<Measures> measures, double[] weights) {
        double[] norms = measures.stream().mapToDouble(Measures::rms).toArray();
        double median = Spread.lowerMedian(norms, weights);
        return Arrays.stream(norms)
                .map(norm -> norm <= median ? 1 : median / norm)
                .toArray();
    }

    private static void copies(Likeness likeness, List<Sketched> before, Finding[] findings) {
        int[] groups = likeness.groups();
        for (int i = 0; i < findings.length; i++) if (groups[i] > 1) findings[i] = Finding.ALIKE;
        int[] copies = IntStream.range(0, findings.length)
                .filter(i -> before.stream().anyMatch(old -> likeness.alike(i, old)))
                .toArray();
        if (2 * copies.length > findings.length) return; // then rounds are alike, and nobody has copied
        for (int i : copies) findings[i] = Finding.COPY_OF_LAST_ROUND;
    }

    private static void strays(Likeness likeness, List<Measures> measures, double[] weights, Finding[] findings) {
        if (measures.size() < FEWEST) return;
        double[] along = measures.stream().mapToDouble(Measures::alongLast).toArray();
        double[] toOthers =
                IntStream.range(0, along.length).mapToDouble(likeness::toOthers).toArray();
        strays(along, weights, findings);
        var slices = slices(measures, weights);
        for (double[] ofSlice : slices) {
            var before = findings.clone();
            strays(toOthers, ofSlice, findings);
            boolean told = !Arrays.equals(before, findings);
            if (told && slices.size() > 1 && unclear(ofSlice, along, weights, findings))
                acquit(ofSlice, findings, weights);
        }
    }

    /** Whether the updates of a slice and the last step contradict each other: hardly anything is left, or the round says otherwise. */
    private static boolean unclear(double[] ofSlice, double[] along, double[] weights, Finding[] findings) {
        double[] strays = ofSlice.clone(), others = ofSlice.clone();
        for (int i = 0; i < findings.length; i++) (findings[i] == Finding.STRAY ? others : strays)[i] = 0;
        return sum(others) < LEAST_COUNTED * sum(ofSlice)
                || Spread.median(along, weights) > 0
                        && Spread.median(along, others) < 0
                        && Spread.median(along, strays) > 0;
    }

    /** Either a few liars have met in the slice, or the last step was of such: all count, and none for more than most do. */
    private static void acquit(double[] ofSlice, Finding[] findings, double[] weights) {
        double[] ones = Arrays.stream(ofSlice).map(weight -> weight > 0 ? 1 : 0).toArray();
        double most = Spread.lowerMedian(ofSlice, ones);
        for (int i = 0; i < ofSlice.length; i++)
            if (ofSlice[i] > 0) {
                weights[i] = Math.min(weights[i], most);
                if (findings[i] == Finding.STRAY) findings[i] = Finding.FINE;
            }
    }

    /**
     * Cosines with others are of one slice: where half of one slice are liars all of its updates seem to be, and would else be what most
     * of the round are like.
     *
     * @param weights of those among whom it is asked
     */
    private static void strays(double[] cosines, double[] weights, Finding[] findings) {
        double[] known = weights.clone();
        for (int i = 0; i < known.length; i++) if (Double.isNaN(cosines[i])) known[i] = 0;
        var spread = Spread.of(cosines, known);
        for (int i = 0; i < known.length; i++)
            if (known[i] > 0 && spread.outside(cosines[i], DEVIATIONS, LEAST)) findings[i] = Finding.STRAY;
    }

    private static double[] counted(double[] weights, int[] groups, Finding[] findings) {
        double[] counted = weights.clone();
        for (int i = 0; i < counted.length; i++)
            switch (findings[i]) {
                case FINE -> {}
                case ALIKE -> counted[i] /= groups[i];
                case COPY_OF_LAST_ROUND, STRAY -> counted[i] = 0;
            }
        return counted;
    }

    private static RobustShares centred(
            List<Measures> measures, double[] weights, double[] scales, Finding[] findings) {
        int count = measures.size();
        double[] along = new double[count], distances = new double[count];
        for (int i = 0; i < count; i++) {
            var x = measures.get(i);
            along[i] = x.lastSquare() == 0 ? 0 : scales[i] * x.product() / x.lastSquare();
        }
        double centre = Math.max(0, Spread.median(along, weights));
        for (int i = 0; i < count; i++) distances[i] = measures.get(i).distance(scales[i], centre);
        double radius = Spread.median(distances, weights);
        var shares = new ArrayList<Share>();
        for (int i = 0; i < count; i++) {
            double pull = distances[i] <= radius ? 0 : 1 - radius / distances[i];
            shares.add(new Share(weights[i], scales[i], pull, findings[i]));
        }
        return new RobustShares(shares, centre);
    }
}
