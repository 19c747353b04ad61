import { exactCredits, read } from '../../lib/console.js';
import { amount, count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';
import { stacked } from './stacked.js';

const HEIGHT = 240;
const DAY = 86_400_000;
const MEASURES = {
    microCredits: { of: line => line.microCredits, text: n => `${exactCredits(n)} credits`, axis: n => exactCredits(n) },
    tokens: { of: line => line.promptTokens + line.answerTokens, text: n => `${count(n)} tokens`, axis: n => amount(n) },
    requests: { of: line => line.requests, text: n => `${count(n)} requests`, axis: n => amount(n) },
};

/**
 * <usage-chart>: what was used a day, as stacked bars by key or by model, drawn by uPlot into [data-plot], with the sums in words
 * ([data-legend]) and every line as a table ([data-rows]). Property `keys`: names of keys by their id.
 */
class UsageChart extends HTMLElement {
    #uPlot;
    #chart = null;
    #keys = new Map();
    #usage = null;

    connectedCallback() {
        this.addEventListener('change', event => (event.target.name === 'usage-days' ? this.#again() : this.#show()));
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#usage && this.#show());
        new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#find('plot'));
    }

    set keys(names) {
        this.#keys = names;
        if (this.#usage) this.#show();
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #chosen(name) {
        return this.querySelector(`[name="${name}"]`).value;
    }

    async load() {
        this.#uPlot ??= (await import('/webjars/uplot/1.6.30/dist/uPlot.esm.js')).default;
        const last = Math.floor(Date.now() / DAY);
        const range = `first=${iso(last - Number(this.#chosen('usage-days')) + 1)}&last=${iso(last)}`;
        this.#find('csv').href = `/api/console/usage.csv?${range}`;
        this.#usage = await read(`/usage?${range}`);
        this.#show();
    }

    async #again() {
        try {
            await this.load();
            this.#find('said').textContent = '';
        } catch (error) {
            this.#find('said').textContent = `The usage could not be loaded: ${error.message}.`;
        }
    }

    #size() {
        return { width: this.#find('plot').clientWidth, height: HEIGHT };
    }

    #show() {
        const { first, last, lines } = this.#usage, measure = MEASURES[this.#chosen('usage-measure')];
        const by = this.#chosen('usage-by');
        const name = line => (by === 'key' ? this.#keys.get(line.key) ?? line.key : line.model);
        const stack = stacked(days(first, last), lines, line => line[by], name, measure.of);
        this.#legend(stack.series, measure);
        this.#draw(stack, measure);
        this.#table(lines);
    }

    #legend(series, measure) {
        const total = series.reduce((sum, { sum: part }) => sum + part, 0);
        this.#find('total').textContent = measure.text(total);
        this.#find('legend').replaceChildren(...series.map(({ name, sum }, i) => {
            const item = document.createElement('li');
            item.className = `series-${i + 1}`;
            const value = document.createElement('strong');
            value.textContent = measure.text(sum);
            item.append(name, value);
            return item;
        }));
        this.#find('plot').setAttribute('role', 'img');
        this.#find('plot').setAttribute('aria-label', `Bars by day, in all ${measure.text(total)}. `
            + series.map(({ name, sum }) => `${name}: ${measure.text(sum)}`).join('; '));
    }

    #draw({ labels, columns }, measure) {
        this.#chart?.destroy();
        this.#chart = null;
        const empty = columns.length < 2;
        this.#find('plot').classList.toggle('empty', empty);
        if (!empty) this.#chart = new this.#uPlot(this.#options(labels, columns.length - 1, measure), columns, this.#find('plot'));
    }

    #options(labels, series, measure) {
        const style = getComputedStyle(this);
        const colour = name => style.getPropertyValue(`--${name}`).trim();
        const axis = {
            stroke: colour('ink-soft'), font: `12px ${colour('sans')}`, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false },
        };
        const paths = this.#uPlot.paths.bars({ size: [0.8, 40] });
        const bar = i => ({ paths, points: { show: false }, fill: colour(`series-${i}`), stroke: colour('raised'), width: 1 });
        return {
            ...this.#size(),
            legend: { show: false },
            cursor: { show: false },
            scales: { x: { time: false, range: () => [-0.5, labels.length - 0.5] }, y: { range: (_, from, to) => [0, to > 0 ? to * 1.05 : 1] } },
            axes: [{ ...axis, grid: { show: false }, size: 28, incrs: [1, 2, 7, 14, 30, 60], values: (_, at) => at.map(i => labels[i] ?? '') },
                { ...axis, size: 64, values: (_, at) => at.map(measure.axis) }],
            // the tallest sum first: what is drawn later covers its lower part
            series: [{}, ...Array.from({ length: series }, (_, i) => bar(series - i))],
        };
    }

    #table(lines) {
        fill(this.#find('rows'), lines.toReversed().map(line => [
            line.day, this.#keys.get(line.key) ?? line.key, line.model, count(line.requests), count(line.promptTokens), count(line.answerTokens),
            exactCredits(line.microCredits),
        ]));
        this.#find('some').hidden = lines.length === 0;
        this.#find('csv').hidden = lines.length === 0;
    }
}

const iso = dayNumber => new Date(dayNumber * DAY).toISOString().slice(0, 10);

function days(first, last) {
    const all = [];
    for (let day = Date.parse(first) / DAY; day <= Date.parse(last) / DAY; day++) all.push(iso(day));
    return all;
}

export const registerUsageChart = () => customElements.define('usage-chart', UsageChart);
