/** The API of sessions and accounts: docs/software-engineers.md. */

/** A refusal by the server, in its words. */
export class AccountError extends Error {}

let csrf = null;

/** Who is signed in: {signedIn, accountId, name, csrf}. */
export async function session() {
    const answer = await ask('GET', '/api/session');
    csrf = answer.csrf;
    return answer;
}

/** @param body null for none */
export async function ask(method, path, body = null) {
    const headers = {};
    if (csrf) headers['X-CSRF-Token'] = csrf;
    if (body) headers['Content-Type'] = 'application/json';
    const response = await fetch(path, {
        method, headers, body: body && JSON.stringify(body), cache: 'no-store', signal: AbortSignal.timeout(20_000) });
    if (response.status === 204) return null;
    const answer = await response.json();
    if (!response.ok) throw new AccountError(answer.error?.message ?? `the server answered ${response.status}`);
    return answer;
}
