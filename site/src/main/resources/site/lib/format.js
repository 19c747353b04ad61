/** Numbers as people read them, in the visitor's own language and region. */
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

export const count = n => whole.format(n);

/** 12,345 stays exact; from a hundred thousand on, 1.2M is enough. */
export const amount = n => (n < 100_000 ? whole : compact).format(n);

export const decimals = (n, digits) => n.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Decimal units, as download managers and data plans count. */
export function bytes(n) {
    if (n < 1e3) return `${count(n)} bytes`;
    const [unit, size] = n < 1e6 ? ['kB', 1e3] : n < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
    const value = n / size;
    return `${decimals(value, value < 10 ? 1 : 0)} ${unit}`;
}

/** The first characters of a content hash, enough to tell two apart. */
export const shortHash = hash => hash.slice(0, 12);
