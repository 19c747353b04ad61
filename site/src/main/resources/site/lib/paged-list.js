import { fill } from './table.js';

/**
 * A table of which one page is shown: [data-rows] is filled, [data-newer] and [data-older] turn pages, [data-empty] shows when
 * there is nothing.
 */
export class PagedList {
    #page = 1;

    /** @param load gives {rows, total} of a page from 1 on; @param cells what a row shows */
    constructor(place, size, load, cells) {
        Object.assign(this, { place, size, load, cells });
        this.#button('newer').addEventListener('click', () => this.show(this.#page - 1));
        this.#button('older').addEventListener('click', () => this.show(this.#page + 1));
    }

    async show(page) {
        const { rows, total } = await this.load(page, this.size);
        this.#page = page;
        fill(this.place.querySelector('[data-rows]'), rows.map(this.cells));
        this.place.querySelector('[data-empty]').hidden = total > 0;
        this.place.querySelector('[data-table]').hidden = total === 0;
        const hadFocus = document.activeElement;
        this.#button('newer').hidden = page === 1;
        this.#button('older').hidden = page * this.size >= total;
        if (hadFocus?.hidden) this.place.querySelector('[data-newer]:not([hidden]), [data-older]:not([hidden])')?.focus();
    }

    #button(name) {
        return this.place.querySelector(`[data-${name}]`);
    }
}
