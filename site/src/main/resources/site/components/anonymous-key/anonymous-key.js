import { anonymousKey, resetKey } from '../../lib/anonymous-key.js';

/** <anonymous-key>: shows this browser's key; copies, saves or replaces it. Emits 'key-changed' (detail: the new key). */
class AnonymousKey extends HTMLElement {
    connectedCallback() {
        this.#show(anonymousKey());
        this.#on('[data-copy]', () => this.#copy());
        this.#on('[data-export]', () => this.#save());
        this.#on('[data-reset]', () => this.#reset());
    }

    #on(selector, action) {
        this.querySelector(selector).addEventListener('click', action);
    }

    #show(key) {
        this.querySelector('[data-key]').textContent = key;
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

    #reset() {
        const key = resetKey();
        this.#show(key);
        this.#say('A new key was made. It is used from the next start on.');
        this.dispatchEvent(new CustomEvent('key-changed', { bubbles: true, detail: key }));
    }

    #say(text) {
        this.querySelector('[data-said]').textContent = text;
    }
}

export const registerAnonymousKey = () => customElements.define('anonymous-key', AnonymousKey);
