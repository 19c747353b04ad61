import { decimals } from '../../lib/format.js';
import { run } from '../../lib/run.js';

const HEIGHT = 260;
const TABLE_ROWS = 12;
const bitsFromNats = nats => (typeof nats === 'number' ? nats / Math.LN2 : null); // a token is one byte

/**
 * <loss-chart>: the shared loss over the rounds beside the bigram table's line, drawn by uPlot into [data-plot], with the newest
 * values in words ([data-latest]) and as a table ([data-rows]). Colours are those of styles/variables.css.
 */
class LossChart extends HTMLElement {
    #uPlot;
    #chart = null;

    async connectedCallback() {
        ({ default: this.#uPlot } = await import('/webjars/uplot/1.6.30/dist/uPlot.esm.js'));
        run.addEventListener('change', () => this.#show(run.latest));
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
        new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#plot);
        if (run.latest) this.#show(run.latest);
        run.start();
    }

    get #plot() {
        return this.querySelector('[data-plot]');
    }

    #size() {
        return { width: this.#plot.clientWidth, height: HEIGHT };
    }

    #show(latest) {
        const history = latest.history ?? [];
        this.#words(latest);
        this.#rows(history.slice(-TABLE_ROWS).reverse());
        const data = columns(history, latest.bigramBitsPerByte);
        if (this.#chart) this.#chart.setData(data);
        else if (history.length > 0) this.#chart = new this.#uPlot(this.#options(), data, this.#plot);
        this.#plot.classList.toggle('empty', history.length === 0);
    }

    #redraw() {
        this.#chart?.destroy();
        this.#chart = null;
        if (run.latest) this.#show(run.latest);
    }

    #words(latest) {
        const newest = { heldOut: latest.heldOutBitsPerByte, train: bitsFromNats(newestLoss(latest)), bigram: latest.bigramBitsPerByte };
        for (const [name, value] of Object.entries(newest))
            this.querySelector(`[data-latest="${name}"]`).textContent = text(value);
        this.#plot.setAttribute('role', 'img');
        this.#plot.setAttribute('aria-label', `Chart over the rounds. Text never seen: ${text(newest.heldOut)} bits per byte; `
            + `training: ${text(newest.train)}; letter-pair table: ${text(newest.bigram)}.`);
    }

    #rows(newest) {
        this.querySelector('[data-rows]').replaceChildren(...newest.map(entry => {
            const row = document.createElement('tr');
            row.append(cell('th', entry.round.toLocaleString()), cell('td', text(entry.heldOutBitsPerByte)),
                cell('td', text(entry.heldOutStandardError)), cell('td', text(bitsFromNats(entry.trainLoss))));
            row.firstChild.scope = 'row';
            return row;
        }));
    }

    #options() {
        const style = getComputedStyle(this);
        const colour = name => style.getPropertyValue(`--${name}`).trim();
        const axis = {
            stroke: colour('ink-soft'), font: `12px ${colour('sans')}`, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false },
        };
        const line = { spanGaps: true, points: { show: u => u.data[0].length < 8, size: 6 } };
        return {
            ...this.#size(),
            legend: { show: false },
            cursor: { drag: { x: false, y: false } },
            scales: { x: { time: false, range: (_, from, to) => (to > from ? [from, to] : [from, from + 1]) } },
            axes: [{ ...axis, size: 28, label: 'round', labelFont: axis.font, labelSize: 20, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5] },
                { ...axis, size: 44 }],
            series: [{ label: 'round' },
                { ...line, label: 'training', stroke: colour('line-strong'), width: 1.25 },
                { ...line, label: 'letter-pair table', stroke: colour('caution'), width: 1.5, dash: [6, 5], points: { show: false } },
                { ...line, label: 'never seen', stroke: colour('accent'), width: 2.5 }],
        };
    }
}

/** Of the newest round that is done: the open one has none yet. */
const newestLoss = latest => latest.trainLoss ?? latest.history?.findLast(entry => typeof entry.trainLoss === 'number')?.trainLoss;

/** uPlot's columns: rounds, training, bigram, held-out (drawn last, on top). */
function columns(history, bigram) {
    return [
        history.map(entry => entry.round),
        history.map(entry => bitsFromNats(entry.trainLoss)),
        history.map(() => bigram ?? null),
        history.map(entry => entry.heldOutBitsPerByte ?? null),
    ];
}

const text = value => (typeof value === 'number' ? decimals(value, 3) : '–');

function cell(name, content) {
    const element = document.createElement(name);
    element.textContent = content;
    return element;
}

export const registerLossChart = () => customElements.define('loss-chart', LossChart);
