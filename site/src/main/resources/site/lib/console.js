import { ask } from './account.js';

/** The API of the console: docs/software-engineers.md. Amounts there are millionths of a credit. */

/** Reads below /api/console. */
export const read = path => ask('GET', `/api/console${path}`);

/** Changes something below /api/console; gives the answer, or null when there is none. */
export const change = (method, path, body = null) => ask(method, `/api/console${path}`, body);

/** All digits, since every millionth is booked: 12.5, 0.000075. */
export const exactCredits = microCredits =>
    (microCredits / 1e6).toLocaleString(undefined, { minimumFractionDigits: 0, maximumFractionDigits: 6 });

/** A day of UTC as its people write it: 28 Nov 2026. */
export const day = millis => new Date(millis).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
