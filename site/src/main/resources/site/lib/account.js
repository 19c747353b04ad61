/** The API for whoever is signed in, and for signing in: docs/software-engineers.md. */

/** A refusal by the server, in its words; `status` is HTTP's. */
export class AccountError extends Error {
    constructor(message, status) {
        super(message);
        this.status = status;
    }
}

const NOBODY = { signedIn: false, accountId: null, csrf: null };

/** As the page shows it: changes are meant for this account and no other. */
let known = NOBODY;

/** Who is signed in: {signedIn, accountId, name, csrf}. To be asked before anything is changed. */
export async function session() {
    known = await answered(await send('GET', '/api/session', null));
    return known;
}

/** Null when there is no answer. A change that another session of the same account is refused for is asked for once more. */
export async function ask(method, path, body = null) {
    let response = await send(method, path, body);
    if (response.status === 403 && await renewed()) response = await send(method, path, body);
    return answered(response);
}

/** Whether the browser has signed in to the same account again meanwhile, as in another tab. */
async function renewed() {
    const now = await answered(await send('GET', '/api/session', null));
    if (!known.signedIn || now.csrf === known.csrf) return false;
    if (now.accountId !== known.accountId)
        throw new AccountError('this browser is signed in to another account by now, or to none: load the page again', 403);
    known = now;
    return true;
}

function send(method, path, body) {
    const headers = {};
    if (method !== 'GET' && known.csrf) headers['X-CSRF-Token'] = known.csrf;
    const file = body instanceof Blob;
    if (body) headers['Content-Type'] = file ? 'application/octet-stream' : 'application/json';
    return fetch(path, { method, headers, body: file ? body : body && JSON.stringify(body), cache: 'no-store', signal: AbortSignal.timeout(20_000) });
}

async function answered(response) {
    if (response.status === 204) return null;
    if (response.ok) return response.json();
    const answer = await response.json().catch(() => ({})); // a proxy may answer with a page
    throw new AccountError(answer.error?.message ?? `the server answered ${response.status}`, response.status);
}
