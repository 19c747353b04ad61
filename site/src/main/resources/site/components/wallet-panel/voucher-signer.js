import { session } from '../../lib/account.js';
import { exactEther } from '../../lib/ether.js';
import { pool } from '../../lib/pool.js';
import { signOwed, vouchersOn } from '../../lib/vouchers.js';

const EVERY_MILLIS = 60_000;

/** <voucher-signer>: on pages that cost money, signs what was spent while they are open, when its owner has switched that on. */
class VoucherSigner extends HTMLElement {
    #pool;

    connectedCallback() {
        this.setAttribute('role', 'status');
        if (!vouchersOn()) return;
        this.#sign();
        setInterval(() => document.hidden || this.#sign(), EVERY_MILLIS);
    }

    async #sign() {
        try {
            this.#pool ??= await pool();
            if (!this.#pool || !(await session()).signedIn) return;
            for (const { spent } of await signOwed(this.#pool)) this.textContent = `Signed for you: ${exactEther(spent)} ether were spent in all.`;
        } catch (error) {
            if (error.status !== 401) this.textContent = `What was spent could not be signed: ${error.message}.`;
        }
    }
}

export const registerVoucherSigner = () => customElements.define('voucher-signer', VoucherSigner);
