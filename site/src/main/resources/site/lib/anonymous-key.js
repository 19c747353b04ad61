/**
 * The 32 hex digits by which the coordinator tells this browser from others; random, not derived from anything about the device.
 * Whoever has it has what was earned with it.
 */
import { recall, remember } from './preferences.js';

const NAME = 'anonymous-key';
const FORMER = 'former-key';
const VALID = /^[0-9a-f]{32}$/;

const valid = key => (key && VALID.test(key) ? key : null);

export function anonymousKey() {
    return valid(recall(NAME)) ?? resetKey();
}

/** The key that this browser had before, so that a slip loses nothing; null when there was none. */
export const formerKey = () => valid(recall(FORMER));

export const resetKey = () =>
    useKey(Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join(''));

/** Makes a key from elsewhere this browser's own. */
export function useKey(key) {
    const before = valid(recall(NAME));
    if (before && before !== key) remember(FORMER, before);
    remember(NAME, key);
    return key;
}

/** The key in what somebody pasted or saved, or null. */
export const keyIn = text => valid(text.replace(/\s/g, '').toLowerCase());
