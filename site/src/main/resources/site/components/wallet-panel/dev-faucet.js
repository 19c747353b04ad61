import { ask } from '../../lib/account.js';
import { exactEther } from '../../lib/ether.js';
import { PanelPart } from '../../lib/panel-part.js';

/** <dev-faucet>: ether of the development chain for the connected wallet, from nothing. Only there, and only on this machine. */
class DevFaucet extends PanelPart {
    #panel;

    connectedCallback() {
        this.on('give', 'click', async () => {
            const { wei } = await ask('POST', '/api/wallet/faucet', { address: this.#panel.wallet.address });
            this.tell(`The wallet has ${exactEther(wei)} development ether now.`);
        });
    }

    show({ panel }) {
        this.#panel = panel;
    }
}

export const registerDevFaucet = () => customElements.define('dev-faucet', DevFaucet);
