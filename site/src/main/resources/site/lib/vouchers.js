/** Signs with this browser's spending key what the server says was spent, once its owner has switched that on. */
import { ask } from './account.js';
import { recall, remember } from './preferences.js';
import { addressOf, hasSpendingKey, purseOf, signVoucher, spendingKey } from './spending-key.js';

const SWITCH = 'vouchers';

export const vouchersOn = () => recall(SWITCH) === 'on' && hasSpendingKey();
export const switchVouchers = on => remember(SWITCH, on ? 'on' : 'off');

/**
 * Signs what is owed beyond what was signed: [{owner, spent}] in wei, cumulative. Nothing where another key is authorised.
 * A purse whose name is not that of its owner and label is never signed for.
 */
export async function signOwed(pool) {
    const { secret } = spendingKey(), own = addressOf(secret), signed = [];
    const { label, wanted } = await ask('GET', '/api/wallet/vouchers');
    for (const { owner, account, delegate, spent } of wanted) {
        if (delegate !== own) continue;
        if (purseOf(owner, label) !== account) throw new Error('the server names a purse that is not yours: nothing was signed');
        const signature = await signVoucher(pool, account, BigInt(spent), secret);
        await ask('POST', '/api/wallet/vouchers', { owner, spent, signature });
        signed.push({ owner, spent });
    }
    return signed;
}
