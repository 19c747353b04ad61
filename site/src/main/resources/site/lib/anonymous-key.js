/** The 32 hex digits by which the coordinator tells this browser from others; random, not derived from anything about the device. */
import { recall, remember } from './preferences.js';

const NAME = 'anonymous-key';
const VALID = /^[0-9a-f]{32}$/;

export function anonymousKey() {
    const kept = recall(NAME);
    return kept && VALID.test(kept) ? kept : resetKey();
}

export function resetKey() {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
    remember(NAME, key);
    return key;
}
