import { exactEther } from '../../lib/ether.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 640, HEIGHT = 160, FLOOR = 20, GAP = 0.25, WIDEST = 64;

/** A bar for each epoch, oldest first: what was shared out, and upon it what was carried on. The picture rounds; its titles do not. */
export function bars(epochs) {
    const picture = element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT + FLOOR}`, role: 'img', 'aria-label': label(epochs) });
    const most = epochs.reduce((most, { revenue }) => (BigInt(revenue) > most ? BigInt(revenue) : most), 1n);
    const step = Math.min(WIDEST, WIDTH / Math.max(1, epochs.length)), every = Math.ceil(epochs.length / 16);
    epochs.forEach((epoch, i) => {
        const carried = height(epoch.carried, most), shared = height(epoch.revenue, most) - carried, x = i * step, width = step * (1 - GAP);
        const bar = element('g', {});
        bar.append(
            Object.assign(element('title', {}), { textContent: `Epoch ${epoch.number}: ${exactEther(epoch.revenue)} ether` }),
            element('rect', { class: 'shared', x, y: HEIGHT - shared, width, height: shared }),
            element('rect', { class: 'carried', x, y: HEIGHT - shared - carried, width, height: carried }));
        picture.append(bar);
        if (i % every === 0) picture.append(Object.assign(element('text', { x: x + width / 2, y: HEIGHT + FLOOR - 4 }), { textContent: epoch.number }));
    });
    picture.append(element('line', { x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }));
    return picture;
}

const label = epochs => `What came in by epoch: ${epochs.map(({ number, revenue }) => `epoch ${number} ${exactEther(revenue)} ether`).join(', ')}`;
const height = (wei, most) => Number(BigInt(wei) * 10_000n / most) / 10_000 * HEIGHT;

function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    return made;
}
