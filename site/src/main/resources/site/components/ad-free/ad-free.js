import { ask, session } from '../../lib/account.js';
import { newOrder } from '../../lib/ads.js';
import { day, exactCredits } from '../../lib/console.js';

/** <ad-free>: until when the signed-in account sees no ads, and buying months of it. Emits 'ad-free-changed'. */
class AdFree extends HTMLElement {
    #order = null; // of the purchase that is under way; the server takes the same one once, so that another attempt is safe

    async connectedCallback() {
        this.#find('form').addEventListener('submit', event => {
            event.preventDefault();
            this.#buy(Number(new FormData(event.target).get('months')));
        });
        this.#find('months').addEventListener('input', () => {
            this.#order = null;
            this.#showCost();
        });
        try {
            const { signedIn } = await session();
            this.#find('signed-out').hidden = signedIn;
            if (signedIn) this.#show(await ask('GET', '/api/me/ad-free'));
        } catch (error) {
            this.#say(`This could not be loaded: ${error.message}.`);
        }
        this.setAttribute('aria-busy', 'false');
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #show(own) {
        this.own = own;
        this.#find('state').textContent = own.untilMillis === null ? 'You see ads in the chat.' : `You see no ads until ${day(own.untilMillis)}.`;
        this.#find('balance').textContent = exactCredits(own.balance);
        this.#find('months').max = own.mostMonths;
        this.#find('signed-in').hidden = false;
        this.#showCost();
    }

    #showCost() {
        this.#find('cost').textContent = exactCredits(this.own.monthMicroCredits * Number(this.#find('months').value));
    }

    async #buy(months) {
        this.#find('buy').disabled = true;
        try {
            this.#order ??= newOrder();
            this.#show(await ask('POST', '/api/me/ad-free', { months, order: this.#order }));
            this.#order = null;
            this.#say('Done.');
            this.dispatchEvent(new CustomEvent('ad-free-changed', { bubbles: true }));
        } catch (error) {
            this.#say(`Not done: ${error.message}.`);
        } finally {
            this.#find('buy').disabled = false;
        }
    }

    #say(text) {
        this.#find('said').textContent = text;
    }
}

export const registerAdFree = () => customElements.define('ad-free', AdFree);
