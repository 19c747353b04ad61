/** The API of the console: docs/software-engineers.md. Amounts there are millionths of a credit. */

/** A refusal by the server, in its words; `status` is HTTP's. */
export class ConsoleError extends Error {
    constructor(message, status) {
        super(message);
        this.status = status;
    }
}

let csrf = '';

/** {signedIn, accountId, name}. To be asked before anything is changed: the answer says what changes must be signed with. */
export async function session() {
    const answer = await json(await request('/api/session', {}));
    csrf = answer.csrf ?? '';
    return answer;
}

/** Reads below /api/console. */
export const read = async path => json(await request(`/api/console${path}`, {}));

/** Changes something below /api/console; gives the answer, or null when there is none. */
export async function change(method, path, body = undefined) {
    const response = await request(`/api/console${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.status === 204 ? null : json(response);
}

async function request(path, options) {
    const response = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(20_000) });
    if (response.ok) return response;
    const answer = await response.json().catch(() => ({})); // a proxy may answer with a page
    throw new ConsoleError(answer.error?.message ?? `the server answered ${response.status}`, response.status);
}

const json = response => response.json();

/** All digits, since every millionth is booked: 12.5, 0.000075. */
export const exactCredits = microCredits =>
    (microCredits / 1e6).toLocaleString(undefined, { minimumFractionDigits: 0, maximumFractionDigits: 6 });

/** A day of UTC as its people write it: 28 Nov 2026. */
export const day = millis => new Date(millis).toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
