import { credits, own, personName } from '../../lib/credits.js';
import { count } from '../../lib/format.js';
import { PagedList } from '../../lib/paged-list.js';

const STATES = { HELD: 'held back', RELEASED: 'released', FORFEITED: 'forfeited' };
const EVERY_MILLIS = 15_000;

/** <own-credits>: what the key of this browser has earned, its name and its team. Looks again while the page is visible. */
class OwnCredits extends HTMLElement {
    #days;
    #tasks;

    connectedCallback() {
        this.#days = new PagedList(this.#find('days'), 14, (page, size) => own(`/days?page=${page}&size=${size}`),
            row => [row.day, credits(row.microCredits), count(row.tasks)]);
        this.#tasks = new PagedList(this.#find('tasks'), 25, (page, size) => own(`/tasks?page=${page}&size=${size}`),
            row => [count(row.task), new Date(row.grantedAtMillis).toLocaleString(), credits(row.microCredits), STATES[row.state]]);
        this.#form('name', value => (value ? own('/name', 'PUT', value) : own('/name', 'DELETE')));
        this.#form('team', value => own('/team', 'PUT', value));
        this.#on('found', () => own('/team', 'POST', this.#input('team').value));
        this.#on('leave', () => own('/team', 'DELETE'));
        this.addEventListener('key-changed', () => this.#load());
        this.#load();
        setInterval(() => document.hidden || this.#refresh(), EVERY_MILLIS);
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #input(name) {
        return this.querySelector(`#own-${name}`);
    }

    #form(name, send) {
        this.#find(`${name}-form`).addEventListener('submit', event => {
            event.preventDefault();
            this.#change(() => send(this.#input(name).value.trim()));
        });
    }

    #on(name, send) {
        this.#find(name).addEventListener('click', () => this.#change(send));
    }

    async #change(send) {
        try {
            const answer = await send();
            this.#show(answer);
            this.#fillForms(answer);
            this.#say('Saved.');
        } catch (error) {
            this.#say(`Not saved: ${error.message}.`);
        }
    }

    /** All of the page, forms included. */
    async #load() {
        await this.#attempt(async () => {
            const answer = await own();
            this.#show(answer);
            this.#fillForms(answer);
            await Promise.all([this.#days.show(1), this.#tasks.show(1)]);
        });
        this.setAttribute('aria-busy', 'false');
    }

    #refresh() {
        return this.#attempt(async () => this.#show(await own()));
    }

    async #attempt(load) {
        try {
            await load();
            this.#find('problem').textContent = '';
        } catch (error) {
            this.#find('problem').textContent = `Your credits could not be loaded: ${error.message}`;
        }
    }

    #show(answer) {
        this.#find('who').textContent = personName(answer);
        this.#find('id').textContent = answer.id;
        this.#find('released').textContent = credits(answer.releasedMicroCredits);
        this.#find('held').textContent = credits(answer.heldMicroCredits);
        this.#find('count').textContent = count(answer.tasks);
        this.#find('held-tasks').textContent = count(answer.heldTasks);
        this.#find('forfeited-line').hidden = answer.forfeitedMicroCredits === 0;
        this.#find('forfeited').textContent = credits(answer.forfeitedMicroCredits);
        this.#find('team').textContent = answer.team?.name ?? 'none';
        this.#find('leave').hidden = !answer.team;
        this.#find('nothing').hidden = answer.sinceMillis !== null;
        this.#find('named').hidden = answer.sinceMillis === null;
    }

    #fillForms(answer) {
        this.#input('name').value = answer.name ?? '';
        this.#input('team').value = answer.team?.name ?? '';
    }

    #say(text) {
        this.#find('saved').textContent = text;
    }
}

export const registerOwnCredits = () => customElements.define('own-credits', OwnCredits);
