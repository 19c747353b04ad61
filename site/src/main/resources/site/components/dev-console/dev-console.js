import { copied } from '../../lib/clipboard.js';
import { session } from '../../lib/account.js';
import { exactCredits, read } from '../../lib/console.js';
import { count } from '../../lib/format.js';
import { pool } from '../../lib/pool.js';

const EVERY_MILLIS = 15_000;
const PARTS = 'api-keys, usage-chart, invoice-list, account-bookings';

/**
 * <dev-console>: what the signed-in account has and may ask; its parts show the rest and are told to load() once it is known that
 * somebody is signed in. The names of keys go from <api-keys> to whoever shows their ids.
 */
class DevConsole extends HTMLElement {
    async connectedCallback() {
        this.addEventListener('keys-changed', event => {
            for (const part of this.querySelectorAll('usage-chart')) part.keys = event.detail;
        });
        this.#find('copy').addEventListener('click', async () => this.#say(await copied(this.#find('account').textContent)));
        await this.#load();
        this.setAttribute('aria-busy', 'false');
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    async #load() {
        try {
            const { signedIn } = await session();
            this.#find('signed-out').hidden = signedIn;
            if (!signedIn) return;
            this.#show(await read(''));
            const ether = await pool() !== null;
            this.#find('ether').hidden = !ether;
            this.#find('no-ether').hidden = ether;
            this.#find('signed-in').hidden = false;
            await Promise.all([...this.querySelectorAll(PARTS)].map(part => part.load()));
            setInterval(() => document.hidden || this.#refresh(), EVERY_MILLIS);
        } catch (error) {
            this.#say(`Your account could not be loaded: ${error.message}.`);
        }
    }

    async #refresh() {
        try {
            this.#show(await read(''));
        } catch (error) {
            if (error.status !== 401) return this.#say(`The balance could not be loaded again: ${error.message}.`);
            this.#find('signed-in').hidden = true; // signed out in another tab, or everywhere
            this.#find('signed-out').hidden = false;
        }
    }

    #show(own) {
        this.#find('name').textContent = own.name;
        this.#find('account').textContent = own.account;
        this.#find('balance').textContent = exactCredits(own.balance);
        this.#find('reserved').textContent = exactCredits(own.reserved);
        this.#find('requests').textContent = count(own.limits.requestsPerMinute);
        this.#find('tokens').textContent = count(own.limits.tokensPerMinute);
        this.#find('empty').hidden = own.balance > 0 || own.reserved > 0;
    }

    #say(text) {
        this.#find('said').textContent = text;
    }
}

export const registerDevConsole = () => customElements.define('dev-console', DevConsole);
