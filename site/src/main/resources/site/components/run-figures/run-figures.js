import { amount, count, decimals } from '../../lib/format.js';
import { run } from '../../lib/run.js';

const shown = {
    workersOnline: count,
    round: count,
    updatesAccepted: count,
    tokens: amount,
    parameters: amount,
    heldOutBitsPerByte: value => decimals(value, 3),
};

/**
 * <run-figures> <dd data-figure="workersOnline">–</dd> ... <p role="status" data-note></p> </run-figures>: keeps the figures
 * inside it at what the run says. data-figure names a field of /api/run; a figure that is not measured yet stays a dash.
 */
class RunFigures extends HTMLElement {
    connectedCallback() {
        run.addEventListener('change', () => this.#show(run.latest));
        run.addEventListener('unreachable', () => this.#note('The coordinator does not answer just now. These figures may be old; trying again.'));
        run.start();
    }

    #show(latest) {
        for (const place of this.querySelectorAll('[data-figure]')) {
            const value = latest[place.dataset.figure];
            place.textContent = typeof value === 'number' ? shown[place.dataset.figure](value) : '–';
        }
        this.#note(latest.paused ? 'Training is paused: no tasks are given out until the operator goes on.' : '');
    }

    #note(text) {
        const note = this.querySelector('[data-note]');
        if (note.textContent !== text) note.textContent = text;
    }
}

export const registerRunFigures = () => customElements.define('run-figures', RunFigures);
