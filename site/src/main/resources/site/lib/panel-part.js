/** A part of a page that does one thing at a time and says in words what goes wrong, in its [data-said]. */
export class PanelPart extends HTMLElement {
    #busy = false;

    find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    /** `action` gets a function that tells how far it is. */
    on(name, event, action) {
        this.find(name).addEventListener(event, occurred => {
            occurred.preventDefault();
            this.attempt(action);
        });
    }

    async attempt(action) {
        if (this.#busy) return;
        this.#busy = true;
        this.tell('');
        try {
            await action();
        } catch (error) {
            this.tell(`Not done: ${error.message}`);
        } finally {
            this.#busy = false;
        }
    }

    /** What is happening, and how far it is from 0 to 1 where that can be told. */
    tell(text, part = null) {
        this.find('said').textContent = text;
        const progress = this.find('progress');
        if (!progress) return;
        progress.hidden = part === null || part === 1;
        progress.value = part ?? 0;
    }
}
