/** Ethereum wallets in this browser: found by EIP-6963, asked by EIP-1193. */

const REFUSED = 4001;
const UNANSWERED = -32002;

/** What went wrong in a wallet, in plain words. */
export class WalletError extends Error {}

/** Calls `found` for each wallet {name, icon, provider}, at once or later; icon is a data URL or null. */
export function findWallets(found) {
    const known = new Set();
    const add = (id, wallet) => known.has(id) || (known.add(id), found(wallet));
    addEventListener('eip6963:announceProvider', ({ detail }) => {
        const { info, provider } = detail ?? {};
        if (!info?.uuid || typeof provider?.request !== 'function') return;
        const icon = /^data:image\//.test(info.icon) ? info.icon : null;
        add(info.uuid, { name: String(info.name || 'a wallet').slice(0, 40), icon, provider });
    });
    dispatchEvent(new Event('eip6963:requestProvider'));
    setTimeout(() => { // older wallets put themselves here instead
        if (known.size === 0 && window.ethereum?.request) add('injected', { name: 'the wallet in this browser', icon: null, provider: window.ethereum });
    }, 500);
}

/** The address that its owner chooses to show, in the form that the wallet writes it. */
export async function address(provider) {
    const [first] = await plainly(provider, 'eth_requestAccounts');
    if (!first) throw new WalletError('The wallet showed no address. Unlock it, and try again.');
    return first;
}

/** The wallet's chain; it is asked to switch when that is none of `chains` {id, name}. */
export async function chain(provider, chains) {
    const current = async () => Number(await plainly(provider, 'eth_chainId'));
    const fits = id => chains.some(chain => chain.id === id);
    let now = await current();
    if (fits(now)) return now;
    try {
        await provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId: `0x${chains[0].id.toString(16)}` }] });
        now = await current();
    } catch { // said below
    }
    if (fits(now)) return now;
    throw new WalletError(`Your wallet is on another chain (${now}). Switch it to ${chains.map(({ name }) => name).join(' or ')}, and try again.`);
}

export function sign(provider, message, from) {
    const hex = Array.from(new TextEncoder().encode(message), byte => byte.toString(16).padStart(2, '0')).join('');
    return plainly(provider, 'personal_sign', [`0x${hex}`, from]);
}

async function plainly(provider, method, params = []) {
    try {
        return await provider.request({ method, params });
    } catch (error) {
        if (error?.code === REFUSED) throw new WalletError('You declined in the wallet. Nothing has changed.');
        if (error?.code === UNANSWERED) throw new WalletError('The wallet still waits for an answer: open it.');
        throw new WalletError(`The wallet failed: ${error?.message ?? error}`);
    }
}
