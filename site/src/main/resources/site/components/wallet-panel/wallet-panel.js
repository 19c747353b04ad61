import { session } from '../../lib/account.js';
import { exactCredits } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { ownPurses, pool } from '../../lib/pool.js';
import { address, findWallets, WalletError } from '../../lib/wallets.js';
import { registerAdFreeOffer } from './ad-free-offer.js';
import { registerDevFaucet } from './dev-faucet.js';
import { registerEtherExit } from './ether-exit.js';
import { registerEtherTopUp } from './ether-top-up.js';
import { registerProviderClaim } from './provider-claim.js';
import { registerSpendingKey } from './spending-key.js';

const PARTS = 'ether-top-up, ether-exit, spending-key, ad-free-offer, provider-claim, dev-faucet';
const EVERY_MILLIS = 15_000;

/**
 * <wallet-panel>: connects a wallet, and tells its parts what the signed-in account has in the contract. Each part has
 * show({pool, own, wallet, panel}); `own` is null when signed out, `wallet` {name, provider, address} when none is connected.
 */
class WalletPanel extends PanelPart {
    #pool = null;
    #own = null;
    #wallet = null;

    async connectedCallback() {
        await this.attempt(async () => {
            this.#pool = await pool();
            this.find('off').hidden = this.#pool !== null;
            this.find('on').hidden = this.#pool === null;
            if (!this.#pool) return;
            this.find('development').hidden = !this.#pool.chain.rpc;
            this.find('chain').textContent = this.#pool.chain.name;
            this.find('contract').textContent = this.#pool.contract;
            findWallets(wallet => this.#offer(wallet));
            await this.reload();
            setInterval(() => document.hidden || this.#refresh(), EVERY_MILLIS);
        });
        this.setAttribute('aria-busy', 'false');
    }

    /** Asks the server again, and shows it in all parts. */
    async reload() {
        const { signedIn } = await session();
        this.#own = signedIn ? await ownPurses() : null;
        this.find('signed-out').hidden = signedIn;
        this.find('signed-in').hidden = !signedIn;
        if (signedIn) this.find('balance').textContent = exactCredits(this.#own.microCredits);
        this.#show();
    }

    async #refresh() {
        try {
            await this.reload();
        } catch (error) {
            this.tell(`Your account could not be loaded again: ${error.message}.`);
        }
    }

    /** The connected wallet; throws in plain words when there is none. */
    get wallet() {
        if (!this.#wallet) throw new WalletError('Connect a wallet first, above.');
        return this.#wallet;
    }

    #show() {
        const shown = { pool: this.#pool, own: this.#own, wallet: this.#wallet, panel: this };
        for (const part of this.querySelectorAll(PARTS)) part.show(shown);
    }

    #offer(found) {
        this.find('no-wallet').hidden = true;
        const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button' });
        if (found.icon) button.append(Object.assign(document.createElement('img'), { src: found.icon, alt: '' }));
        button.append(`Connect ${found.name}`);
        button.addEventListener('click', () => this.attempt(() => this.#connect(found)));
        this.find('wallets').append(button);
    }

    async #connect({ name, provider }) {
        this.#wallet = { name, provider, address: (await address(provider)).toLowerCase() };
        this.find('connected').textContent = `${name} is connected: ${this.#wallet.address}`;
        provider.on?.('accountsChanged', () => this.attempt(() => this.#connect({ name, provider })));
        this.#show();
    }
}

export function registerWalletPanel() {
    registerEtherTopUp();
    registerAdFreeOffer();
    registerEtherExit();
    registerSpendingKey();
    registerProviderClaim();
    registerDevFaucet();
    customElements.define('wallet-panel', WalletPanel); // last: it tells its parts what to show
}
