import { anonymousKey } from '../../lib/anonymous-key.js';
import { ask } from '../../lib/account.js';
import { exactEther } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';
import { transact } from '../../lib/pool.js';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** <provider-claim>: what an address has earned by computing, and its claim; and where this browser's credit is paid to. Needs no account. */
class ProviderClaim extends PanelPart {
    #shown = null;
    #claims = null;

    connectedCallback() {
        this.on('look', 'submit', () => this.#look());
        this.on('claim', 'click', () => this.#claim());
        this.on('pay-here', 'click', () => this.#payHere());
    }

    get #address() {
        const said = this.querySelector('#claim-address').value.trim();
        if (!ADDRESS.test(said)) throw new Error('an address has 0x and 40 hex digits');
        return said;
    }

    show(shown) {
        const connected = shown.wallet && shown.wallet.address !== this.#shown?.wallet?.address;
        this.#shown = shown;
        if (!connected) return;
        this.querySelector('#claim-address').value = shown.wallet.address;
        this.attempt(() => this.#look());
    }

    async #look() {
        const claims = this.#claims = await ask('GET', `/api/claims/${this.#address}`);
        const left = BigInt(claims.cumulative) - BigInt(claims.claimed);
        this.find('figures').hidden = false;
        this.find('earned').textContent = `${exactEther(claims.cumulative)} ether`;
        this.find('claimed').textContent = `${exactEther(claims.claimed)} ether`;
        this.find('claimable').textContent = `${exactEther(left)} ether`;
        this.find('claim').disabled = left <= 0n;
        this.find('little').hidden = left <= 0n || left >= BigInt(this.#shown.pool.minimumPayoutWei);
        this.find('minimum').textContent = exactEther(this.#shown.pool.minimumPayoutWei);
    }

    async #claim() {
        const { panel, pool } = this.#shown;
        await transact(panel.wallet, pool, 'claim', { address: this.#address }, (text, part) => this.tell(text, part));
        await this.#look();
        this.tell('Claimed: the ether is at the address.', 1);
    }

    async #payHere() {
        await ask('POST', '/api/credits/payout', { key: anonymousKey(), address: this.#address });
        this.tell('Saved: what the key of this browser earns from now on is paid to this address.');
    }
}

export const registerProviderClaim = () => customElements.define('provider-claim', ProviderClaim);
