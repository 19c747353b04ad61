/** Ethereum wallets in this browser: found by EIP-6963, asked by EIP-1193. */

const REFUSED = 4001;
const UNANSWERED = -32002;
const UNKNOWN_CHAIN = 4902;
const NO_ANSWER = -32603; // of the wallet's node, among others
const POOR = /insufficient (funds|balance)|exceeds .*balance|gas required exceeds allowance|not enough (ether|funds)/i; // as geth, Besu and others say it
const REVERTED = /revert/i;
const UNSURE = ' It may have been sent all the same: look in the wallet before you try again. If it was, this page shows it once it counts.';

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

/**
 * The wallet's chain; it is asked to switch when that is none of `chains` {id, name, rpc}, and to learn of one that it doesn't know,
 * where the address of a node (rpc) is public.
 */
export async function chain(provider, chains) {
    const current = async () => Number(await plainly(provider, 'eth_chainId'));
    const fits = id => chains.some(chain => chain.id === id);
    let now = await current();
    if (fits(now)) return now;
    try {
        await switchTo(provider, chains[0]);
        now = await current();
    } catch { // said below
    }
    if (fits(now)) return now;
    throw new WalletError(`Your wallet is on another chain (${now}). Switch it to ${chains.map(({ name }) => name).join(' or ')}, and try again.`);
}

async function switchTo(provider, { id, name, rpc }) {
    const chainId = `0x${id.toString(16)}`;
    const ask = () => provider.request({ method: 'wallet_switchEthereumChain', params: [{ chainId }] });
    try {
        await ask();
    } catch (error) {
        if (error?.code !== UNKNOWN_CHAIN || !rpc) throw error;
        const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
        await provider.request({ method: 'wallet_addEthereumChain', params: [{ chainId, chainName: name, rpcUrls: [rpc], nativeCurrency }] });
        await ask();
    }
}

/** Sends a transaction {to, data, value in wei}; its hash. It is on no block yet. */
export function send(provider, from, { to, data, value }) {
    return plainly(provider, 'eth_sendTransaction', [{ from, to, data, value: `0x${BigInt(value).toString(16)}` }]);
}

/** A signature of typed data (EIP-712). */
export const signTyped = (provider, from, typed) => plainly(provider, 'eth_signTypedData_v4', [from, JSON.stringify(typed)]);

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
        throw new WalletError(inWords(error, method === 'eth_sendTransaction'));
    }
}

function inWords(error, sending) {
    const said = [error?.message, error?.data?.message].filter(Boolean).join(' ') || String(error);
    if (POOR.test(said)) return 'The wallet does not hold enough ether for the amount and the gas. Nothing was sent.';
    if (REVERTED.test(said)) return `The contract would refuse this, so nothing was sent (${said.slice(0, 200)}).`;
    if (error?.code === NO_ANSWER) return `The wallet's node does not answer, or refuses (${said.slice(0, 200)}).${sending ? UNSURE : ' Try again later.'}`;
    return `The wallet failed: ${said.slice(0, 200)}`;
}
