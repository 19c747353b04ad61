/**
 * What the server tells of the contract that holds customers' ether, and transactions with it: made by the server, sent by the
 * wallet, and followed until they count. Wei are decimal strings.
 */
import { AccountError, ask } from './account.js';
import { chain, send, WalletError } from './wallets.js';

const EVERY_MILLIS = 2000;
const PATIENCE_MILLIS = 600_000; // for a transaction of which it is known that no block has it

/** How ether is taken here: {chain, contract, rate, confirmations, minimumPayoutWei}; null when it is not. */
export async function pool() {
    const answer = await ask('GET', '/api/ether');
    return answer.ether === null ? null : answer;
}

/** What the signed-in account has in the contract. */
export const ownPurses = () => ask('GET', '/api/wallet');

/**
 * Has the wallet {provider, address} send a transaction of a kind, such as 'top-up', and follows it.
 * `tell` gets what is happening, in words, and how far it is from 0 to 1; `sent` the hash. Resolves when the server counts it.
 */
export async function transact(wallet, pool, kind, body, tell, sent = () => {}) {
    tell('Preparing …', 0);
    const transaction = await ask('POST', `/api/wallet/transactions/${kind}`, body);
    await chain(wallet.provider, [pool.chain]);
    tell('Your wallet asks you now: look at the amount there, and confirm.', 0);
    const hash = await send(wallet.provider, wallet.address, transaction);
    sent(hash);
    await follow(hash, tell);
}

/** Waits until the server counts the transaction. Throws when it failed on the chain. */
export async function follow(hash, tell) {
    let end = Date.now() + PATIENCE_MILLIS;
    do {
        const seen = await state(hash, tell);
        if (seen?.state === 'REVERTED') throw new WalletError('The contract refused the transaction: nothing was moved, but the gas is gone.');
        if (seen?.state === 'COUNTED') return tell('Done: it counts.', 1);
        if (seen?.state === 'UNKNOWN') tell(`Sent as ${hash}. The server's node has not heard of it yet.`, 0.1);
        if (seen?.state === 'WAITING') tell(`Sent as ${hash}. It waits for a block.`, 0.1);
        if (seen?.state === 'IN_BLOCK') tell(inBlock(seen), 0.2 + 0.75 * seen.confirmations / Math.max(1, seen.needed));
        await new Promise(resolve => setTimeout(resolve, EVERY_MILLIS));
        if (seen === null || seen.state === 'IN_BLOCK') end = Date.now() + PATIENCE_MILLIS;
    } while (Date.now() < end);
    throw new WalletError(`No block has taken the transaction ${hash} yet. It may still come: this page shows it once it does.`);
}

const inBlock = ({ block, confirmations, needed }) => (confirmations < needed
    ? `In block ${block}: ${confirmations} of ${needed} confirmations.`
    : `In block ${block}, confirmed. The server books it …`);

/** Null while the server or its node can't be asked: the transaction is on its way all the same. */
async function state(hash, tell) {
    try {
        return await ask('GET', `/api/wallet/transactions/${hash}`);
    } catch (error) {
        if (error instanceof AccountError && error.status < 500 && error.status !== 429) throw error;
        tell(`Sent as ${hash}. The server can't see the chain right now; it is asked again.`, 0.1);
        return null;
    }
}
