import { copied } from '../../lib/clipboard.js';
import { change, day, read } from '../../lib/console.js';
import { count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';

const QUESTIONS = {
    revoke: {
        title: 'Revoke this key?', yes: 'Revoke it',
        text: 'Programs that use it are refused at once and for good. What it has used stays in your books.',
    },
    rotate: {
        title: 'Give this key a new text?', yes: 'Make a new text',
        text: 'The text that your programs have now is refused at once. Limits, scopes and usage stay with the key.',
    },
};

const ROTATE = ['rotate', 'Rotate'], REVOKE = ['revoke', 'Revoke'];

/**
 * <api-keys>: makes, lists, rotates and revokes keys. A key's text is shown once, until the visitor says that it is saved; until then
 * there is no other one.
 * Emits 'keys-changed' (detail: names by id).
 */
class ApiKeys extends HTMLElement {
    #asked = null;

    connectedCallback() {
        this.#find('form').addEventListener('submit', event => {
            event.preventDefault();
            this.#attempt('made', () => this.#make(event.target));
        });
        this.#find('copy').addEventListener('click', async () => this.#say(await copied(this.#find('text').textContent), 'copied'));
        this.#find('saved').addEventListener('click', () => this.#hideText());
        this.#find('dialog').addEventListener('close', event => this.#decided(event.target.returnValue));
        this.#find('all').addEventListener('change', () => this.#reload('changed'));
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    /** Shows the keys as they are now. */
    async load() {
        const keys = await read('/keys');
        const shown = this.#find('all').checked ? keys : keys.filter(key => key.state !== 'REVOKED');
        fill(this.#find('rows'), shown.map(key => this.#cells(key)));
        this.#find('table').hidden = shown.length === 0;
        this.#find('none').hidden = shown.length > 0;
        this.#find('show-all').hidden = keys.every(key => key.state !== 'REVOKED');
        this.dispatchEvent(new CustomEvent('keys-changed', { bubbles: true, detail: new Map(keys.map(key => [key.id, key.name])) }));
    }

    #cells(key) {
        const name = document.createElement('span'), hint = document.createElement('code');
        hint.textContent = `${key.hint}…`;
        name.append(key.name, hint);
        const used = key.usedAtMillis === null ? 'never'
            : new Date(key.usedAtMillis).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
        return [name, key.scopes.join(', '), limits(key), day(key.createdAtMillis), used, end(key), this.#buttons(key)];
    }

    #buttons(key) {
        const buttons = document.createElement('div');
        buttons.className = 'actions';
        if (key.state !== 'REVOKED')
            for (const [what, text] of key.state === 'ACTIVE' ? [ROTATE, REVOKE] : [REVOKE]) {
                const button = document.createElement('button');
                Object.assign(button, { type: 'button', className: 'button quiet', textContent: text });
                button.setAttribute('aria-label', `${text} ${key.name}`);
                button.addEventListener('click', () => this.#ask(what, key));
                buttons.append(button);
            }
        return buttons;
    }

    #ask(what, key) {
        this.#asked = { what, key };
        this.#find('question').textContent = `${QUESTIONS[what].title.slice(0, -1)}: ${key.name}?`;
        this.#find('consequence').textContent = QUESTIONS[what].text;
        this.#find('yes').textContent = QUESTIONS[what].yes;
        this.#find('dialog').returnValue = '';
        this.#find('dialog').showModal();
    }

    async #decided(answer) {
        if (answer !== 'yes') return;
        const { what, key } = this.#asked;
        if (what === 'rotate')
            await this.#attempt('changed', async () => {
                this.#requireSaved();
                this.#showText(await change('POST', `/keys/${key.id}/rotate`));
            });
        else
            await this.#attempt('changed', async () => {
                await change('DELETE', `/keys/${key.id}`);
                this.#say(`${key.name} is revoked.`, 'changed');
            });
    }

    async #make(form) {
        this.#requireSaved();
        const said = new FormData(form);
        const number = name => (said.get(name) ? Number(said.get(name)) : null);
        this.#showText(await change('POST', '/keys', {
            name: said.get('name'), scopes: said.getAll('scope'), days: number('days'),
            requestsPerMinute: number('requests'), tokensPerMinute: number('tokens'),
        }));
        form.reset();
    }

    /** One change at a time, and none that would show a second text before the first is saved. */
    async #attempt(where, work) {
        if (this.getAttribute('data-busy')) return;
        this.setAttribute('data-busy', 'true');
        this.#say('', where);
        try {
            await work();
            await this.#reload(where);
        } catch (error) {
            this.#say(`Not done: ${error.message}.`, where);
        } finally {
            this.removeAttribute('data-busy');
        }
    }

    /** What was done is done, also when the list can't be had. */
    async #reload(where) {
        try {
            await this.load();
        } catch (error) {
            this.#say(`The list of keys may be out of date: ${error.message}.`, where);
        }
    }

    #requireSaved() {
        if (!this.#find('new').hidden) throw new Error('first say above that you have saved the key shown there');
    }

    #showText({ key, text }) {
        this.#find('whose').textContent = key.name;
        this.#find('text').textContent = text;
        this.#say('', 'copied');
        this.#find('new').hidden = false;
        this.#find('new').focus();
    }

    #hideText() {
        this.#find('text').textContent = '';
        this.#find('new').hidden = true;
        this.#find('heading').focus();
    }

    #say(text, where) {
        this.#find(where).textContent = text;
    }
}

function limits({ requestsPerMinute, tokensPerMinute }) {
    const some = [];
    if (requestsPerMinute !== null) some.push(`${count(requestsPerMinute)} requests`);
    if (tokensPerMinute !== null) some.push(`${count(tokensPerMinute)} tokens`);
    return some.length === 0 ? 'as the account' : `${some.join(', ')} a minute`;
}

function end({ state, expiresAtMillis }) {
    if (state === 'REVOKED') return 'revoked';
    if (expiresAtMillis === null) return 'never';
    return `${state === 'EXPIRED' ? 'expired ' : ''}${day(expiresAtMillis)}`;
}

export const registerApiKeys = () => customElements.define('api-keys', ApiKeys);
