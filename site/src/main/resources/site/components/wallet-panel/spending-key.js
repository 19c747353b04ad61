import { ask } from '../../lib/account.js';
import { exactEther } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { transact } from '../../lib/pool.js';
import { addressOf, delegation, hasSpendingKey, purseOf, spendingKey } from '../../lib/spending-key.js';
import { signOwed, switchVouchers, vouchersOn } from '../../lib/vouchers.js';
import { chain, signTyped } from '../../lib/wallets.js';

/** <spending-key>: the key of this browser that says what was spent; the wallet authorises it once, and can revoke it at the contract. */
class SpendingKey extends PanelPart {
    #shown = null;

    connectedCallback() {
        this.on('authorise', 'click', () => this.#authorise());
        this.on('off', 'click', () => { switchVouchers(false); this.show(this.#shown); });
        this.on('revoke', 'click', () => this.#revoke());
    }

    show(shown) {
        this.#shown = shown;
        const { pool, own } = shown, on = vouchersOn();
        this.find('state').textContent = on ? signing(own) : 'off';
        this.find('key').textContent = hasSpendingKey() ? addressOf(spendingKey().secret) : 'none yet';
        this.find('off').hidden = !on;
        this.find('delegate').textContent = this.#atTheContract();
        this.find('revocable').hidden = !this.#purse?.delegate;
        if (on && own) this.attempt(() => this.#sign(pool));
    }

    /** That of the connected wallet: nobody else can authorise or revoke for it. Null when there is none. */
    get #purse() {
        const { own, wallet } = this.#shown;
        if (!own || !wallet) return null;
        const account = purseOf(wallet.address, own.label);
        return own.purses.find(purse => purse.account === account) ?? null;
    }

    /** Whose vouchers the contract takes for the purse, in words. */
    #atTheContract() {
        if (!this.#shown.wallet) return 'connect a wallet to see it';
        const purse = this.#purse;
        if (!purse) return 'this wallet has no deposit here';
        if (isOwn(purse.delegate)) return 'this browser\'s key may sign';
        if (purse.delegate) return `another key may sign: ${purse.delegate}`;
        return purse.signer ? `no key yet: it is told of ${purse.signer} with the first amount that is signed` : 'no key may sign';
    }

    async #authorise() {
        const { pool, panel } = this.#shown, { wallet } = panel;
        const { secret, kept } = spendingKey(), delegate = addressOf(secret);
        if (!kept) throw new Error('this browser keeps nothing (private window?), so the key would be lost when the page is closed');
        const purse = this.#purse;
        if (!purse) throw new Error('this wallet has no deposit here: top up first');
        if (purse.signer !== delegate) {
            await chain(wallet.provider, [pool.chain]);
            this.tell('Your wallet asks you now: it is a signature only, no transaction, and costs nothing.');
            const signature = await signTyped(wallet.provider, wallet.address, delegation(pool, purse.account, delegate, purse.delegations));
            await ask('POST', '/api/wallet/delegations', { owner: wallet.address, delegate, signature });
        }
        switchVouchers(true);
        await panel.reload();
        await this.#sign(pool);
    }

    async #revoke() {
        const { pool, panel } = this.#shown, purse = this.#purse;
        if (!purse?.delegate) throw new Error('at the contract no key may sign for this wallet\'s deposit');
        await transact(panel.wallet, pool, 'revoke', {}, (text, part) => this.tell(text, part), () => this.#signNoMore(purse));
        await panel.reload();
        this.tell('Revoked: no key may sign for this wallet\'s deposit. What was signed before still counts for the contract\'s delay.', 1);
    }

    /** Signing is switched off, unless the key of this browser signs for another deposit, too. */
    #signNoMore(purse) {
        const others = this.#shown.own.purses.filter(other => other.account !== purse.account);
        if (!others.some(other => isOwn(other.signer))) switchVouchers(false);
    }

    async #sign(pool) {
        for (const { spent } of await signOwed(pool)) this.tell(`Signed: ${exactEther(spent)} ether were spent in all.`);
    }
}

/** Whether it is the address of this browser's key. */
const isOwn = delegate => hasSpendingKey() && delegate === addressOf(spendingKey().secret);

/** Where it is switched on. */
const signing = own => (own?.purses.some(purse => isOwn(purse.signer))
    ? 'on: this browser signs what was spent'
    : 'off: no deposit here has authorised the key of this browser');

export const registerSpendingKey = () => customElements.define('spending-key', SpendingKey);
