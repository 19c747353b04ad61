import { credits, leaders, personName } from '../../lib/credits.js';
import { count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';

const SIZE = 25;
const COLUMNS = {
    people: [['Rank', 'Who', 'Team', 'Credits', 'Tasks'], row => [count(row.rank), who(row), row.team ?? '–', credits(row.microCredits), count(row.tasks)]],
    teams: [['Rank', 'Team', 'Members', 'Credits', 'Tasks'], row => [count(row.rank), row.name, count(row.members), credits(row.microCredits), count(row.tasks)]],
};

/** Names are not unique, the hash of the key is. */
function who(row) {
    const cell = document.createElement('span');
    cell.textContent = personName(row);
    if (!row.name) return cell;
    const id = document.createElement('span');
    id.className = 'soft';
    id.textContent = ` ${row.id.slice(0, 8)}`;
    cell.append(id);
    return cell;
}

/** <leader-board>: one page of one leaderboard, as the address says: ?of=people|teams&period=all|day&page=1. */
class LeaderBoard extends HTMLElement {
    async connectedCallback() {
        const asked = new URLSearchParams(location.search);
        this.of = asked.get('of') === 'teams' ? 'teams' : 'people';
        this.period = asked.get('period') === 'day' ? 'day' : 'all';
        this.page = Math.max(1, Number.parseInt(asked.get('page') ?? '1', 10) || 1);
        for (const link of this.querySelectorAll('[data-of], [data-period]')) this.#choice(link);
        try {
            this.#show(await leaders(this.of, this.period, this.page, SIZE));
        } catch (error) {
            this.#note(`The leaderboard could not be loaded: ${error.message}`);
        }
        this.setAttribute('aria-busy', 'false');
    }

    #choice(link) {
        const { of = this.of, period = this.period } = link.dataset;
        link.href = this.#address(of, period, 1);
        if (of === this.of && period === this.period) link.setAttribute('aria-current', 'true');
    }

    #address(of, period, page) {
        return `?${new URLSearchParams({ of, period, page })}`;
    }

    #show({ rows, total }) {
        const [heads, cells] = COLUMNS[this.of];
        this.querySelector('[data-heads]').replaceChildren(...heads.map(text => {
            const head = document.createElement('th');
            head.scope = 'col';
            head.textContent = text;
            return head;
        }));
        fill(this.querySelector('[data-rows]'), rows.map(cells));
        this.querySelector('[data-table]').hidden = rows.length === 0;
        this.#pager('newer', this.page > 1, this.page - 1);
        this.#pager('older', this.page * SIZE < total, this.page + 1);
        const first = (this.page - 1) * SIZE + 1;
        this.#note(rows.length === 0 ? this.#nobody() : `${count(first)} to ${count(first + rows.length - 1)} of ${count(total)}.`);
    }

    #nobody() {
        if (this.page > 1) return 'There is nobody on this page.';
        return this.of === 'teams' ? 'No team has earned credits in this time.' : 'Nobody has earned credits in this time.';
    }

    #pager(name, there, page) {
        const link = this.querySelector(`[data-${name}]`);
        link.hidden = !there;
        link.href = this.#address(this.of, this.period, page);
    }

    #note(text) {
        this.querySelector('[data-note]').textContent = text;
    }
}

export const registerLeaderBoard = () => customElements.define('leader-board', LeaderBoard);
