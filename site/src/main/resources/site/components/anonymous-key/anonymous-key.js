import { anonymousKey, formerKey, keyIn, resetKey, useKey } from '../../lib/anonymous-key.js';

/**
 * <anonymous-key>: shows this browser's key; copies, saves or replaces it, also by one from another machine. The key that was
 * replaced last can be brought back. Emits 'key-changed' (detail: the new key).
 */
class AnonymousKey extends HTMLElement {
    connectedCallback() {
        this.#show(anonymousKey());
        this.#on('[data-copy]', () => this.#copy());
        this.#on('[data-export]', () => this.#save());
        this.#on('[data-reset]', () => this.#replaced(resetKey(), 'A new key was made.'));
        this.#on('[data-back]', () => this.#use(formerKey()));
        this.querySelector('form').addEventListener('submit', event => {
            event.preventDefault();
            this.#use(keyIn(this.querySelector('#key-text').value));
        });
        this.querySelector('#key-file').addEventListener('change', event => this.#read(event.target.files[0]));
    }

    #on(selector, action) {
        this.querySelector(selector).addEventListener('click', action);
    }

    #show(key) {
        this.querySelector('[data-key]').textContent = key;
        this.querySelector('[data-back]').hidden = formerKey() === null;
    }

    async #copy() {
        try {
            await navigator.clipboard.writeText(anonymousKey());
            this.#say('Copied.');
        } catch (error) {
            this.#say(`The browser did not allow copying (${error.message}). Select the key and copy it by hand.`);
        }
    }

    #save() {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([`${anonymousKey()}\n`], { type: 'text/plain' }));
        link.download = 'decentralizedai-key.txt';
        link.click();
        URL.revokeObjectURL(link.href);
        this.#say('Saved.');
    }

    async #read(file) {
        if (file) this.#use(keyIn((await file.slice(0, 1000).text())));
    }

    #use(key) {
        if (key === null) this.#say('That is no key: a key has 32 digits from 0 to 9 and a to f.');
        else if (key === anonymousKey()) this.#say('This browser has that key already.');
        else this.#replaced(useKey(key), 'This browser has that key now.');
    }

    #replaced(key, what) {
        this.#show(key);
        this.querySelector('form').reset();
        this.#say(`${what} Work counts for it from the next start on.`);
        this.dispatchEvent(new CustomEvent('key-changed', { bubbles: true, detail: key }));
    }

    #say(text) {
        this.querySelector('[data-said]').textContent = text;
    }
}

export const registerAnonymousKey = () => customElements.define('anonymous-key', AnonymousKey);
