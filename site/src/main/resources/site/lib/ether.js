/** Amounts of ether, exactly: wei are BigInts, and as JSON decimal strings. Nothing here rounds without saying so. */
const DIGITS = 18;
const MICRO = 1_000_000n;
const MOST = 2n ** 127n; // the contract counts in 128 bits

/** An amount that can't be meant, in plain words. */
export class AmountError extends Error {}

/** The wei of what somebody wrote, such as "0.05". */
export function weiOf(text) {
    const said = text.trim();
    if (said === '') throw new AmountError('Write an amount of ether, such as 0.05.');
    const parts = /^(\d*)(?:\.(\d*))?$/.exec(said);
    if (!parts || said === '.') throw new AmountError(`“${said}” is no amount: write digits with a point, such as 0.05.`);
    const [, whole, fraction = ''] = parts;
    if (fraction.length > DIGITS) throw new AmountError(`Ether has ${DIGITS} digits after the point at most: this has ${fraction.length}.`);
    const wei = BigInt(whole || '0') * 10n ** BigInt(DIGITS) + BigInt(fraction.padEnd(DIGITS, '0'));
    if (wei === 0n) throw new AmountError('The amount must be more than zero.');
    if (wei >= MOST) throw new AmountError('That is more ether than there is.');
    return wei;
}

/** All digits: 0.05, 1.000000000000000001. */
export const exactEther = wei => shifted(BigInt(wei), DIGITS);

/** All digits of an amount in credits, of micro-credits as BigInt or decimal string. */
export const exactCredits = microCredits => shifted(BigInt(microCredits), 6);

/** With their name: 1 credit, 12.5 credits. */
export const credits = microCredits => `${exactCredits(microCredits)} ${BigInt(microCredits) === MICRO ? 'credit' : 'credits'}`;

/** Whole micro-credits that wei buy; what is left over buys nothing. */
export const bought = (wei, weiPerMicroCredit) => BigInt(wei) / BigInt(weiPerMicroCredit);

/** What a credit costs, in wei. */
export const creditPrice = weiPerMicroCredit => BigInt(weiPerMicroCredit) * MICRO;

function shifted(amount, digits) {
    const sign = amount < 0n ? '−' : '';
    const text = String(amount < 0n ? -amount : amount).padStart(digits + 1, '0');
    const whole = text.slice(0, -digits), fraction = text.slice(-digits).replace(/0+$/, '');
    return sign + whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') + (fraction ? `.${fraction}` : '');
}
