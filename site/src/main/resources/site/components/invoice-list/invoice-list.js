import { exactCredits, read } from '../../lib/console.js';
import { count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';

/** <invoice-list>: the last year's months in which something was used, each with its invoice as a file. */
class InvoiceList extends HTMLElement {
    async load() {
        const months = await read('/invoices');
        fill(this.querySelector('[data-rows]'), months.map(month => [
            month.month + (month.preliminary ? ', so far' : ''), count(month.requests), exactCredits(month.microCredits), file(month),
        ]));
        this.querySelector('[data-table]').hidden = months.length === 0;
        this.querySelector('[data-empty]').hidden = months.length > 0;
    }
}

function file({ month }) {
    const link = document.createElement('a');
    link.href = `/api/console/invoices/${month}.csv`;
    link.textContent = `CSV of ${month}`;
    link.download = '';
    return link;
}

export const registerInvoiceList = () => customElements.define('invoice-list', InvoiceList);
