import { ask, session } from '../../lib/account.js';
import { anonymousKey } from '../../lib/anonymous-key.js';
import { credits } from '../../lib/credits.js';
import { makePasskey, passkeysWork, usePasskey } from '../../lib/passkeys.js';
import { address, chain, findWallets, sign } from '../../lib/wallets.js';

/**
 * <sign-in>: signing in, by wallet or passkey, and what a signed-in person does with the account. With ?next=/page it goes on to
 * that page of the site after signing in.
 */
class SignIn extends HTMLElement {
    #ways = { chains: [], origins: [], passkeyHost: null };

    async connectedCallback() {
        this.#on('passkey-sign-in', 'click', () => this.#passkey('sign-in', usePasskey));
        this.#on('passkey-sign-up', 'submit', () => this.#passkey('sign-up', makePasskey, { name: this.#text('account-name') }));
        this.#on('passkey-add', 'submit', () => this.#addPasskey(this.#text('passkey-name')));
        this.#on('sign-out', 'click', () => this.#leave('/api/session', 'You are signed out.'));
        this.#on('sign-out-everywhere', 'click', () => this.#leave('/api/sessions', 'You are signed out, here and everywhere else.'));
        this.#on('bind-key', 'click', () => this.#change('POST', '/api/me/credit-keys', { key: anonymousKey() }));
        this.#on('delete', 'submit', () => this.#leave('/api/me', 'The account is deleted.'));
        await this.#attempt(async () => {
            this.#ways = await ask('GET', '/api/sign-in');
            await this.#load();
        });
        findWallets(wallet => this.#offer(wallet));
        this.setAttribute('aria-busy', 'false');
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #text(id) {
        return this.querySelector(`#${id}`).value.trim();
    }

    #on(name, event, action) {
        this.#find(name).addEventListener(event, occurred => {
            occurred.preventDefault();
            this.#attempt(action);
        });
    }

    /** One thing at a time; what goes wrong is said in words. */
    async #attempt(action) {
        if (this.getAttribute('data-busy')) return;
        this.setAttribute('data-busy', 'true');
        this.#say('');
        try {
            await action();
        } catch (error) {
            this.#say(`Not done: ${error.message}`);
        } finally {
            this.removeAttribute('data-busy');
        }
    }

    #say(text) {
        this.#find('said').textContent = text;
    }

    /** Shows the one of the two halves that fits. */
    async #load() {
        const { signedIn } = await session();
        const { origins, chains, passkeyHost } = this.#ways;
        const here = origins.includes(location.origin);
        this.#find('title').textContent = signedIn ? 'Your account' : 'Sign in';
        this.#find('why').hidden = signedIn;
        this.#find('nowhere').hidden = origins.length > 0;
        this.#find('elsewhere').hidden = here || origins.length === 0;
        this.#find('signed-out').hidden = signedIn || !here;
        this.#find('signed-in').hidden = !signedIn;
        this.#find('chains').textContent = chains.map(({ name }) => name).join(', ');
        const right = this.#find('right-origin');
        [right.href, right.textContent] = [`${origins[0]}/sign-in/`, origins[0]];
        const passkeys = passkeysWork() && location.hostname === passkeyHost;
        this.#find('no-passkey').hidden = passkeys;
        this.#find('passkey-place').textContent = passkeyHost && location.hostname !== passkeyHost ? `, but at ${passkeyHost}` : '';
        for (const control of this.querySelectorAll('[data-passkey-sign-in], [data-passkey-sign-up] button, [data-passkey-add] button'))
            control.disabled = !passkeys;
        if (signedIn) this.#show(await ask('GET', '/api/me'));
    }

    #offer(wallet) {
        this.#find('no-wallet').hidden = true;
        this.#find('wallets="sign-in"').append(this.#button(wallet, `Sign in with ${wallet.name}`, () => this.#signIn(wallet)));
        this.#find('wallets="bind"').append(this.#button(wallet, `Add ${wallet.name}`, () => this.#bind(wallet)));
    }

    #button({ icon }, text, action) {
        const button = Object.assign(document.createElement('button'), { type: 'button', className: 'button' });
        if (icon) button.append(Object.assign(document.createElement('img'), { src: icon, alt: '' }));
        button.append(text);
        button.addEventListener('click', () => this.#attempt(action));
        return button;
    }

    /** What the server gives to sign, and the wallet's signature. */
    async #signed({ provider }) {
        const from = await address(provider);
        const chainId = await chain(provider, this.#ways.chains);
        const { message } = await ask('POST', '/api/sign-in/ethereum/message', { address: from, chainId });
        return { message, signature: await sign(provider, message, from) };
    }

    async #signIn(wallet) {
        await ask('POST', '/api/sign-in/ethereum', await this.#signed(wallet));
        await this.#entered();
    }

    async #bind(wallet) {
        await this.#change('POST', '/api/me/wallets', await this.#signed(wallet));
    }

    async #passkey(way, use, body = {}) {
        const { id, options } = await ask('POST', `/api/${way}/passkey/options`, body);
        await ask('POST', `/api/${way}/passkey`, { ...body, id, credential: await use(options) });
        await this.#entered();
    }

    async #addPasskey(name) {
        const { id, options } = await ask('POST', '/api/me/passkeys/options', {});
        await this.#change('POST', '/api/me/passkeys', { id, name, credential: await makePasskey(options) });
        this.querySelector('#passkey-name').value = '';
    }

    async #entered() {
        const next = new URLSearchParams(location.search).get('next');
        if (next && new URL(next, location.origin).origin === location.origin) location.assign(new URL(next, location.origin));
        else await this.#load();
        this.#say('You are signed in.');
    }

    async #leave(path, said) {
        await ask('DELETE', path);
        await this.#load();
        this.#find('delete').reset();
        this.#say(said);
    }

    async #change(method, path, body) {
        this.#show(await ask(method, path, body));
        this.#say('Saved.');
    }

    #show({ accountId, name, createdAtMillis, wallets, passkeys, creditKeys }) {
        this.#find('name').textContent = name;
        this.#find('id').textContent = accountId;
        this.#find('since').textContent = new Date(createdAtMillis).toLocaleDateString();
        this.#find('ways').replaceChildren(
            ...wallets.map(({ wallet }) => this.#row(`Wallet ${wallet.address}${wallet.chain ? ` on chain ${wallet.chain}` : ''}`,
                `/api/me/wallets/${wallet.address}/${wallet.chain}`)),
            ...passkeys.map(passkey => this.#row(`Passkey “${passkey.name}”`, `/api/me/passkeys/${passkey.id}`)));
        this.#find('credit-keys').replaceChildren(...creditKeys.map(key =>
            this.#row(`${key.name ?? `Key ${key.id}`}: ${credits(key.earned)} credits`, `/api/me/credit-keys/${key.id}`)));
    }

    #row(text, path) {
        const row = document.createElement('li');
        const remove = Object.assign(document.createElement('button'), { type: 'button', className: 'button quiet', textContent: 'Remove' });
        remove.setAttribute('aria-label', `Remove ${text}`);
        remove.addEventListener('click', () => this.#attempt(() => this.#change('DELETE', path, null)));
        row.append(Object.assign(document.createElement('span'), { textContent: text }), remove);
        return row;
    }
}

export const registerSignIn = () => customElements.define('sign-in', SignIn);
