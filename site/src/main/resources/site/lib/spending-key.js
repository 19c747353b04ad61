/**
 * The spending key of this browser: it can say how much of a deposit was spent, and nothing else. The wallet authorises it once
 * (EIP-712 Delegation); then it signs vouchers (EIP-712 Voucher, cumulative). The digests are made here from what the page shows,
 * not taken from the server.
 */
import { keccak_256 as keccak } from '/webjars/noble/hashes/sha3.js';
import { getPublicKey, signAsync, utils } from '/webjars/noble/secp256k1/index.js';
import { recall, remember } from './preferences.js';

const NAME = 'spending-key';
const DOMAIN = { name: 'DecentralizedAI ComputePool', version: '1' };
const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
const VOUCHER_TYPE = 'Voucher(bytes32 account,uint256 spent)';
const VALID = /^[0-9a-f]{64}$/;

const bytes = hex => Uint8Array.from(hex.replace(/^0x/, '').match(/../g) ?? [], digits => parseInt(digits, 16));
const hex = array => `0x${Array.from(array, byte => byte.toString(16).padStart(2, '0')).join('')}`;
const hash = text => keccak(new TextEncoder().encode(text));
/** ABI: 32 bytes each. */
const word = value => (value instanceof Uint8Array ? value : bytes(BigInt(value).toString(16).padStart(64, '0')));
const hashed = (...words) => keccak(Uint8Array.from(words.flatMap(value => [...word(value)])));

/** The key of this browser; `kept` tells whether it outlives the page. Made when there is none. */
export function spendingKey() {
    const known = recall(NAME);
    if (known && VALID.test(known)) return { secret: bytes(known), kept: true };
    const secret = utils.randomSecretKey();
    return { secret, kept: remember(NAME, hex(secret).slice(2)) };
}

/** Whether this browser has a key already. */
export const hasSpendingKey = () => VALID.test(recall(NAME) ?? '');

/** The address of a key, in small letters. */
export const addressOf = secret => hex(keccak(getPublicKey(secret, false).slice(1)).slice(-20));

/** The purse of an owner and a label (bytes32 in hex), as the contract names it. */
export const purseOf = (owner, label) => hex(hashed(owner, label));

/** What the wallet is asked to sign: the key may speak for the purse. `nonce` is how often the purse has authorised keys before. */
export const delegation = (pool, account, delegate, nonce) => ({
    domain: { ...DOMAIN, chainId: pool.chain.id, verifyingContract: pool.contract },
    primaryType: 'Delegation',
    types: {
        EIP712Domain: [
            { name: 'name', type: 'string' }, { name: 'version', type: 'string' },
            { name: 'chainId', type: 'uint256' }, { name: 'verifyingContract', type: 'address' },
        ],
        Delegation: [{ name: 'account', type: 'bytes32' }, { name: 'delegate', type: 'address' }, { name: 'nonce', type: 'uint256' }],
    },
    message: { account, delegate, nonce: String(nonce) },
});

/** The digest of a voucher: of the purse `account`, so many wei are spent in all. */
export function voucherDigest(pool, account, spent) {
    const domain = hashed(hash(DOMAIN_TYPE), hash(DOMAIN.name), hash(DOMAIN.version), pool.chain.id, pool.contract);
    return keccak(Uint8Array.of(0x19, 0x01, ...domain, ...hashed(hash(VOUCHER_TYPE), account, spent)));
}

/** The signature of a voucher: r, s and v, in hex. */
export async function signVoucher(pool, account, spent, secret) {
    const [recovery, ...rs] = await signAsync(voucherDigest(pool, account, spent), secret, { prehash: false, format: 'recovered' });
    return hex(Uint8Array.of(...rs, 27 + recovery));
}
