import { ask } from '../../lib/account.js';
import { credits, exactEther } from '../../lib/ether.js';
import { shortHash } from '../../lib/format.js';
import { fill } from '../../lib/table.js';
import { bars } from './bars.js';

const EVERY_MILLIS = 30_000;
const SOURCES = { api: 'API', adFree: 'months without ads', ads: 'ads', refunds: 'given back' };
const STATES = {
    CLOSED: 'closed here; the contract does not know it yet', PROPOSED: 'proposed to the contract, which waits for objections', FINAL: 'final: it can be claimed',
};

/** <money-flow>: what came in, epoch by epoch, from what, and to whom it went, down to the transactions. */
class MoneyFlow extends HTMLElement {
    async connectedCallback() {
        await this.#load();
        this.setAttribute('aria-busy', 'false');
        setInterval(() => document.hidden || this.#load(), EVERY_MILLIS);
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    async #load() {
        try {
            const money = await ask('GET', '/api/transparency');
            this.#find('off').hidden = money.terms !== null;
            this.#find('on').hidden = money.terms === null;
            if (money.terms) this.#show(money);
            this.#find('said').textContent = '';
        } catch (error) {
            this.#find('said').textContent = `The books could not be loaded: ${error.message}.`;
        }
    }

    #show({ terms, totals, open, epochs }) {
        this.#find('away').hidden = totals !== null;
        this.#find('totals').hidden = totals === null;
        for (const [name, wei] of Object.entries(totals ?? {})) this.#find(name).textContent = `${exactEther(wei)} ether`;
        this.#find('chain').textContent = terms.chain.name;
        this.#find('contract').textContent = terms.contract;
        this.#find('development').hidden = !terms.chain.rpc;
        this.#find('income').textContent = `${exactEther(open.income)} ether`;
        this.#find('since').textContent = open.fromMillis ? `since ${new Date(open.fromMillis).toLocaleString()}` : 'since the beginning';
        this.#find('open-sources').replaceChildren(...sources(open.sources));
        this.#find('none').hidden = epochs.length > 0;
        this.#find('picture').hidden = epochs.length === 0;
        this.#find('bars').replaceChildren(bars(epochs.toReversed()));
        const unfolded = new Set([...this.querySelectorAll('details[open]')].map(details => details.dataset.epoch));
        this.#find('epochs').replaceChildren(...epochs.map(epoch => this.#epoch(epoch, unfolded)));
    }

    #epoch(epoch, unfolded) {
        const details = this.#find('epoch').content.cloneNode(true).firstElementChild;
        details.dataset.epoch = epoch.number;
        details.open = unfolded.has(String(epoch.number));
        const set = (name, text) => { details.querySelector(`[data-${name}]`).textContent = text; };
        set('number', epoch.number);
        set('closed', new Date(epoch.closedAtMillis).toLocaleString());
        set('revenue', `${exactEther(epoch.revenue)} ether`);
        set('state', STATES[epoch.state]);
        set('events', epoch.events);
        set('before', `${exactEther(epoch.before)} ether`);
        set('carried', `${exactEther(epoch.carried)} ether`);
        set('root', epoch.root);
        set('total', `${exactEther(epoch.total)} ether`);
        set('proposed', epoch.proposedIn ?? '–');
        set('final', epoch.finalIn ?? '–');
        set('hash', epoch.dataHash);
        set('command', `bin/verify-epoch ${location.origin}/epochs/${epoch.number}.json`);
        details.querySelector('[data-file]').href = `/epochs/${epoch.number}.json`;
        details.querySelector('[data-epoch-sources]').replaceChildren(...sources(epoch.sources));
        fill(details.querySelector('[data-rows]'), epoch.shares.map(share => [
            code(shortHash(share.key), share.key), share.address ? code(share.address) : 'waits under the key: no address yet', `${exactEther(share.wei)} ether`,
        ]));
        details.querySelector('[data-table]').hidden = epoch.shares.length === 0;
        details.querySelector('[data-nobody]').hidden = epoch.shares.length > 0;
        const left = epoch.sharers - epoch.shares.length;
        set('left-out', left > 0 ? `The ${left} smallest shares stand in the file.` : '');
        return details;
    }
}

/** What was paid for, in credits; what is zero is left out. */
function sources(amounts) {
    const lines = Object.entries(SOURCES).filter(([name]) => BigInt(amounts[name]) !== 0n)
        .flatMap(([name, text]) => [term('dt', text), term('dd', credits(amounts[name]))]);
    return lines.length > 0 ? lines : [term('dt', 'Nothing yet'), term('dd', '–')];
}

const term = (tag, textContent) => Object.assign(document.createElement(tag), { textContent });
const code = (textContent, title = '') => Object.assign(document.createElement('code'), { textContent, title });

export const registerMoneyFlow = () => customElements.define('money-flow', MoneyFlow);
