import { bought, creditPrice, credits, exactEther, weiOf } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { follow, transact } from '../../lib/pool.js';
import { recall, remember } from '../../lib/preferences.js';
import { fill } from '../../lib/table.js';

const SENT = 'top-up-sent'; // hash of one that is on its way: followed again when the page is opened again

/** <ether-top-up>: ether into the contract for the signed-in account, and what it buys; the deposits so far. */
class EtherTopUp extends PanelPart {
    #pool;
    #panel;
    #followed = false;

    connectedCallback() {
        this.on('form', 'submit', () => this.#topUp());
        this.querySelector('#top-up-amount').addEventListener('input', () => this.#price());
    }

    show({ pool, own, panel }) {
        [this.#pool, this.#panel] = [pool, panel];
        this.find('price').textContent = exactEther(creditPrice(pool.rate));
        this.find('confirmations').textContent = pool.confirmations;
        this.#price();
        if (!own) return;
        this.find('none').hidden = own.deposits.length > 0;
        this.find('table').hidden = own.deposits.length === 0;
        fill(this.find('rows'), own.deposits.map(deposit => [
            `${exactEther(deposit.wei)} ether`, credits(deposit.microCredits), deposit.block, code(deposit.transaction),
        ]));
        if (recall(SENT) && !this.#followed) this.attempt(() => this.#follow(recall(SENT)));
        this.#followed = true;
    }

    /** What the amount buys, while it is written. */
    #price() {
        const input = this.querySelector('#top-up-amount');
        try {
            const wei = weiOf(input.value), micro = bought(wei, this.#pool.rate), rest = wei % BigInt(this.#pool.rate);
            this.find('buys').textContent = credits(micro)
                + (rest ? `; the last ${rest} wei buy nothing, being less than a millionth of a credit` : '');
        } catch (error) {
            this.find('buys').textContent = input.value.trim() === '' ? '–' : error.message;
        }
    }

    async #topUp() {
        const wei = weiOf(this.querySelector('#top-up-amount').value);
        const wallet = this.#panel.wallet;
        await transact(wallet, this.#pool, 'top-up', { from: wallet.address, wei: String(wei) },
            (text, part) => this.tell(text, part), hash => remember(SENT, hash));
        await this.#counted();
    }

    async #follow(hash) {
        await follow(hash, (text, part) => this.tell(text, part));
        await this.#counted();
    }

    async #counted() {
        remember(SENT, '');
        await this.#panel.reload();
        this.tell('Credited: your balance above has it.', 1);
    }
}

function code(text) {
    return Object.assign(document.createElement('code'), { textContent: text });
}

export const registerEtherTopUp = () => customElements.define('ether-top-up', EtherTopUp);
