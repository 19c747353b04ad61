import { ask } from '../../lib/account.js';
import { exactCredits } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';

/** <ad-free-offer>: months without ads in the chat, paid from the balance. */
class AdFreeOffer extends PanelPart {
    #panel;

    connectedCallback() {
        this.on('form', 'submit', () => this.#buy());
        this.on('months', 'change', () => this.#price());
    }

    show({ pool, own, panel }) {
        this.#panel = panel;
        this.offer = pool.adFree;
        this.hidden = !pool.adFree || !own;
        this.closest('section').hidden = this.hidden;
        if (this.hidden) return;
        this.find('until').textContent = own.adFreeUntil > Date.now() ? `Without ads until ${new Date(own.adFreeUntil).toLocaleString()}.` : 'You see ads now.';
        this.#price();
    }

    #price() {
        this.find('price').textContent = `${exactCredits(BigInt(this.offer.microCredits) * BigInt(this.find('months').value))} credits`;
    }

    async #buy() {
        await ask('POST', '/api/me/ad-free', { months: Number(this.find('months').value) });
        await this.#panel.reload();
        this.tell('Bought: the ads are gone.');
    }
}

export const registerAdFreeOffer = () => customElements.define('ad-free-offer', AdFreeOffer);
