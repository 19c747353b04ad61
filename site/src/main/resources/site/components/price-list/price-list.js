import { exactCredits } from '../../lib/console.js';
import { count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';

/** <price-list>: what GET /api/prices says, as a table and in words. */
class PriceList extends HTMLElement {
    async connectedCallback() {
        try {
            const response = await fetch('/api/prices', { signal: AbortSignal.timeout(10_000) });
            if (!response.ok) throw new Error(`the server answered ${response.status}`);
            this.#show(await response.json());
        } catch (error) {
            this.querySelector('[data-problem]').textContent = `The prices could not be loaded: ${error.message}.`;
        }
        this.setAttribute('aria-busy', 'false');
    }

    #show({ models, account, visitor }) {
        fill(this.querySelector('[data-rows]'), models.map(model => [
            model.model, model.served ? 'yes' : 'no', exactCredits(model.inputPerMillion), exactCredits(model.outputPerMillion),
        ]));
        const { inputPerMillion, outputPerMillion } = models[0];
        this.#say('example', exactCredits(Math.floor((1000 * inputPerMillion + 500 * outputPerMillion) / 1e6)));
        for (const [who, rate] of [['account', account], ['visitor', visitor]]) {
            this.#say(`${who}-requests`, count(rate.requestsPerMinute));
            this.#say(`${who}-tokens`, count(rate.tokensPerMinute));
        }
    }

    #say(name, text) {
        this.querySelector(`[data-${name}]`).textContent = text;
    }
}

export const registerPriceList = () => customElements.define('price-list', PriceList);
