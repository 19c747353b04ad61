import { copied } from '../../lib/clipboard.js';

/**
 * <code-samples>: fills each [data-sample] with the program of that name from /quick-start/samples/, in which BASE_URL and MODEL
 * become this server's. The tests run just these programs.
 */
class CodeSamples extends HTMLElement {
    async connectedCallback() {
        const base = `${location.origin}/v1`;
        this.querySelector('[data-base]').textContent = base;
        try {
            const { models } = await (await fetched('/api/prices')).json();
            await Promise.all([...this.querySelectorAll('[data-sample]')].map(place => this.#fill(place, base, models[0].model)));
        } catch (error) {
            this.querySelector('[data-problem]').textContent = `The programs could not be loaded: ${error.message}.`;
        }
        this.setAttribute('aria-busy', 'false');
    }

    async #fill(place, base, model) {
        const program = await (await fetched(`/quick-start/samples/${place.dataset.sample}`)).text();
        const code = place.querySelector('code');
        code.textContent = program.replaceAll('BASE_URL', base).replaceAll('MODEL', model);
        place.querySelector('button').addEventListener('click', async () => {
            place.querySelector('[data-said]').textContent = await copied(code.textContent);
        });
    }
}

async function fetched(address) {
    const response = await fetch(address, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    return response;
}

export const registerCodeSamples = () => customElements.define('code-samples', CodeSamples);
