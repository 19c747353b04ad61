const MOST_SERIES = 5;
const OTHERS = 'all others';

/**
 * Sums by day and series, piled up. The four series with the greatest sums have their own, all others share the fifth.
 * @param days in order
 * @param id, name, value of a line
 * @return {labels, series: [{name, sum}], columns} where columns are uPlot's: positions, then the piles from the highest on
 */
export function stacked(days, lines, id, name, value) {
    const sums = new Map();
    for (const line of lines) {
        const sum = sums.get(id(line)) ?? { name: name(line), sum: 0 };
        sum.sum += value(line);
        sums.set(id(line), sum);
    }
    const ids = [...sums.keys()].sort((a, b) => sums.get(b).sum - sums.get(a).sum);
    const few = ids.length <= MOST_SERIES;
    const place = new Map(ids.map((one, i) => [one, few ? i : Math.min(i, MOST_SERIES - 1)]));
    const series = ids.slice(0, MOST_SERIES).map(one => ({ ...sums.get(one) }));
    if (!few) series[MOST_SERIES - 1] = { name: OTHERS, sum: ids.slice(MOST_SERIES - 1).reduce((sum, one) => sum + sums.get(one).sum, 0) };
    const piles = series.map(() => days.map(() => 0));
    const position = new Map(days.map((day, i) => [day, i]));
    for (const line of lines)
        for (let i = place.get(id(line)); i < piles.length; i++) piles[i][position.get(line.day)] += value(line);
    return { labels: days.map(day => day.slice(5)), series, columns: [days.map((_, i) => i), ...piles.toReversed()] };
}
