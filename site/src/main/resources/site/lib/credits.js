/** The API of credits: docs/software-engineers.md. Amounts there are millionths of a credit. */
import { anonymousKey } from './anonymous-key.js';
import { decimals } from './format.js';

/** A refusal by the server, in its words. */
export class CreditError extends Error {}

/** Few digits that still show the first tasks of a small model. */
export function credits(microCredits) {
    const value = microCredits / 1e6;
    return decimals(value, value === 0 || value >= 1000 ? 0 : value >= 1 ? 2 : value >= 0.01 ? 4 : 6);
}

/** What unnamed people are called: the first digits of their key's hash. */
export const personName = ({ name, id }) => name ?? `Anonymous ${id.slice(0, 8)}`;

/** A page of a leaderboard. `kind` is people or teams, `period` all or day. */
export const leaders = (kind, period, page, size) => ask(`${kind}?period=${period}&page=${page}&size=${size}`, {});

/** What this browser's key may see and change; `path` is '', '/days?...', '/tasks?...', '/name' or '/team'. */
export function own(path = '', method = 'GET', name = undefined) {
    return ask(`me${path}`, { method, headers: { authorization: `Bearer ${anonymousKey()}` }, body: name });
}

async function ask(path, options) {
    const response = await fetch(`/api/credits/${path}`, { ...options, cache: 'no-store', signal: AbortSignal.timeout(10_000) });
    const answer = await response.json();
    if (!response.ok) throw new CreditError(answer.error?.message ?? `the server answered ${response.status}`);
    return answer;
}
