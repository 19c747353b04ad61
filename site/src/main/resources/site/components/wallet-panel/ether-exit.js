import { exactEther, weiOf } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { transact } from '../../lib/pool.js';

/** <ether-exit>: takes ether that was not spent back out of the contract: asked for, waited for, then taken. One card for each purse. */
class EtherExit extends PanelPart {
    #shown = null;
    #drawn = ''; // what the cards say: as long as it is the same they stay, with what is written or focused in them

    show(shown) {
        const { own } = this.#shown = shown;
        const purses = own?.purses.filter(purse => BigInt(purse.deposited) > 0n) ?? [];
        this.find('none').hidden = purses.length > 0;
        if (this.contains(document.activeElement) && document.activeElement.matches('input')) return; // somebody is writing
        const drawn = JSON.stringify([purses, purses.map(isReady)]);
        if (drawn === this.#drawn) return;
        this.#drawn = drawn;
        this.find('purses').replaceChildren(...purses.map(purse => this.#card(purse)));
    }

    #card(purse) {
        const card = this.find('purse').content.cloneNode(true).firstElementChild;
        const set = (name, text) => { card.querySelector(`[data-${name}]`).textContent = text; };
        const free = BigInt(purse.free), exiting = BigInt(purse.exiting);
        set('owner', purse.owner);
        set('unspent', exactEther(purse.unspent));
        set('uncounted', exactEther(BigInt(purse.owed) - BigInt(purse.spent)));
        set('free', exactEther(free));
        set('asked', exactEther(exiting));
        set('ready-at', exiting > 0n ? new Date(readyAt(purse)).toLocaleString() : '–');
        const label = card.querySelector('label'), input = card.querySelector('input');
        input.id = label.htmlFor = `exit-${purse.account}`;
        input.value = '';
        card.querySelector('form').hidden = exiting > 0n || free === 0n;
        card.querySelector('[data-running]').hidden = exiting === 0n;
        const button = (name, action) => card.querySelector(`[data-${name}]`).addEventListener('click', () => this.attempt(action));
        card.querySelector('form').addEventListener('submit', event => {
            event.preventDefault();
            this.attempt(() => this.#send('exit', { wei: String(weiOf(input.value)) }, purse));
        });
        button('all', () => { input.value = exactEther(free).replaceAll('\u202f', ''); });
        button('take', () => this.#send('complete-exit', {}, purse));
        button('cancel', () => this.#send('cancel-exit', {}, purse));
        card.querySelector('[data-take]').disabled = !isReady(purse);
        return card;
    }

    async #send(kind, body, purse) {
        const { panel, pool } = this.#shown, { wallet } = panel;
        if (kind !== 'complete-exit' && wallet.address !== purse.owner)
            throw new Error(`this deposit belongs to ${purse.owner}: connect that wallet`);
        await transact(wallet, pool, kind, { ...body, owner: purse.owner }, (text, part) => this.tell(text, part));
        document.activeElement?.blur();
        await panel.reload();
    }
}

const readyAt = purse => Number(purse.exitReadyAt) * 1000;
const isReady = purse => BigInt(purse.exiting) > 0n && readyAt(purse) <= Date.now();

export const registerEtherExit = () => customElements.define('ether-exit', EtherExit);
