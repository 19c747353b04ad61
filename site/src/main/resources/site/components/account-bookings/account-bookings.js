import { day, exactCredits, read } from '../../lib/console.js';
import { PagedList } from '../../lib/paged-list.js';

const SIZE = 25;
const EPOCH_MILLIS = 7 * 86_400_000;
const ACCOUNTS = { balance: 'Balance', reserved: 'Put aside for running requests', deposit: 'Deposited wei' };
const KINDS = { grant: 'Granted', reserve: 'Put aside', settle: 'Settled', refund: 'Refunded', roll_up: 'Rolled up', deposit: 'Deposited' };
/** What a settlement means on an account; its formula is that of the price. */
const SETTLED = { balance: 'Back from what was put aside; the price was', reserved: 'Settled; the price was', spent: 'Paid' };

/** <account-bookings>: every booking on one of the customer's accounts in the ledger, newest first, each with its formula. */
class AccountBookings extends HTMLElement {
    #list;
    #newest = 0; // on the first page; pages count from there, so that new bookings don't move them

    connectedCallback() {
        this.#list = new PagedList(this.querySelector('[data-list]'), SIZE, (page, size) => this.#page(page, size), row => this.#cells(row));
        this.#select.addEventListener('change', () => this.#show());
    }

    get #select() {
        return this.querySelector('select');
    }

    async load() {
        const sheets = await read('/sheets');
        this.#select.replaceChildren(...sheets.map(sheet => new Option(title(sheet), sheet.id)));
        this.querySelector('[data-choice]').hidden = sheets.length === 0;
        await this.#show();
    }

    async #show() {
        try {
            await this.#list.show(1);
            this.#say('');
        } catch (error) {
            this.#say(`The bookings could not be loaded: ${error.message}.`);
        }
    }

    async #page(page, size) {
        const query = new URLSearchParams({ size });
        if (this.#select.value) query.set('account', this.#select.value);
        if (page > 1) query.set('before', this.#newest - (page - 1) * size + 1);
        const { total, rows } = await read(`/bookings?${query}`);
        if (page === 1) this.#newest = total;
        return { total: this.#newest, rows };
    }

    #cells(row) {
        const unit = this.#select.value.startsWith('deposit:') ? String : exactCredits;
        return [
            new Date(row.bookedAtMillis).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
            why(row, this.#select.value), (row.amount > 0 ? '+' : '') + unit(row.amount), unit(row.after),
        ];
    }

    #say(text) {
        this.querySelector('[data-said]').textContent = text;
    }
}

const title = ({ kind, epoch }) =>
    ACCOUNTS[kind] ?? `Paid in the week from ${day((epoch?.number ?? 0) * EPOCH_MILLIS)}`;

function why({ kind, formula, posting }, account) {
    const cell = document.createElement('div'), what = document.createElement('strong'), id = document.createElement('code');
    what.textContent = (kind === 'settle' && SETTLED[account.split(':')[0]]) || (KINDS[kind] ?? kind);
    id.className = 'soft';
    id.textContent = posting;
    cell.append(what, document.createElement('br'), formula, document.createElement('br'), id);
    return cell;
}

export const registerAccountBookings = () => customElements.define('account-bookings', AccountBookings);
