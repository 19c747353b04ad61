import { ask } from '../../lib/account.js';
import { newOrder } from '../../lib/ads.js';
import { credits } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';

/** <ad-free-offer>: months without ads in the chat, paid from the balance. Its section is hidden where there are none to be rid of. */
class AdFreeOffer extends PanelPart {
    #panel;
    #terms = null;
    #order = null; // of the purchase under way: another attempt at it buys once

    connectedCallback() {
        this.on('form', 'submit', () => this.#buy());
        this.find('months').addEventListener('change', () => {
            this.#order = null;
            this.#price();
        });
    }

    async show({ own, panel }) {
        this.#panel = panel;
        if (own && !this.#terms) await this.attempt(async () => this.#offer(await terms()));
        this.closest('section').hidden = !own || !this.#terms;
    }

    #offer(terms) {
        this.#terms = terms;
        if (!terms) return;
        this.find('until').textContent = terms.untilMillis ? `The chat is without ads until ${new Date(terms.untilMillis).toLocaleString()}.` : 'The chat shows you ads now.';
        this.#price();
    }

    #price() {
        this.find('price').textContent = credits(BigInt(this.#terms.monthMicroCredits) * BigInt(this.find('months').value));
    }

    async #buy() {
        this.#offer(await ask('POST', '/api/me/ad-free', { months: Number(this.find('months').value), order: (this.#order ??= newOrder()) }));
        this.#order = null;
        await this.#panel.reload();
        this.tell('Bought: the ads are gone.');
    }
}

/** Null where there are no ads. */
async function terms() {
    try {
        return await ask('GET', '/api/me/ad-free');
    } catch (error) {
        if (error.status === 404) return null;
        throw error;
    }
}

export const registerAdFreeOffer = () => customElements.define('ad-free-offer', AdFreeOffer);
