import { ask } from '../../lib/account.js';
import { exactEther } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { addressOf, delegation, hasSpendingKey, purseOf, spendingKey } from '../../lib/spending-key.js';
import { signOwed, switchVouchers, vouchersOn } from '../../lib/vouchers.js';
import { chain, signTyped } from '../../lib/wallets.js';

/** <spending-key>: the key of this browser that says what was spent; the wallet authorises it once. */
class SpendingKey extends PanelPart {
    #shown = null;

    connectedCallback() {
        this.on('authorise', 'click', () => this.#authorise());
        this.on('off', 'click', () => { switchVouchers(false); this.show(this.#shown); });
    }

    show(shown) {
        this.#shown = shown;
        const { pool, own } = shown, on = vouchersOn();
        this.find('state').textContent = on ? 'on: this browser signs what was spent' : 'off';
        this.find('key').textContent = hasSpendingKey() ? addressOf(spendingKey().secret) : 'none yet';
        this.find('off').hidden = !on;
        if (on && own) this.attempt(() => this.#sign(pool));
    }

    async #authorise() {
        const { pool, own, panel } = this.#shown, { wallet } = panel;
        const { secret, kept } = spendingKey(), delegate = addressOf(secret);
        if (!kept) throw new Error('this browser keeps nothing (private window?), so the key would be lost when the page is closed');
        const account = purseOf(wallet.address, own.label);
        const purse = own.purses.find(mine => mine.account === account);
        if (!purse) throw new Error('this wallet has no deposit here: top up first');
        if (purse.delegate !== delegate) {
            await chain(wallet.provider, [pool.chain]);
            this.tell('Your wallet asks you now: it is a signature only, no transaction, and costs nothing.');
            const signature = await signTyped(wallet.provider, wallet.address, delegation(pool, account, delegate, purse.delegations));
            await ask('POST', '/api/wallet/delegations', { owner: wallet.address, delegate, signature });
        }
        switchVouchers(true);
        await panel.reload();
        await this.#sign(pool);
    }

    async #sign(pool) {
        for (const { spent } of await signOwed(pool)) this.tell(`Signed: ${exactEther(spent)} ether were spent in all.`);
    }
}

export const registerSpendingKey = () => customElements.define('spending-key', SpendingKey);
