import { campaigns, fundCampaign, moveCampaign, saveCampaign, uploadPicture } from '../../lib/ads.js';
import { session } from '../../lib/account.js';
import { exactCredits } from '../../lib/console.js';
import { count } from '../../lib/format.js';
import { fill } from '../../lib/table.js';

const EVERY_MILLIS = 10_000;
const STATES = {
    DRAFT: 'draft', IN_REVIEW: 'waits for its review', APPROVED: 'approved, not started', REJECTED: 'rejected', RUNNING: 'running', PAUSED: 'paused', ENDED: 'ended',
};
const ACTIONS = {
    DRAFT: ['edit', 'submit', 'end'], IN_REVIEW: ['edit', 'fund', 'end'], APPROVED: ['edit', 'fund', 'start', 'end'], REJECTED: ['edit', 'end'],
    RUNNING: ['edit', 'fund', 'pause', 'end'], PAUSED: ['edit', 'fund', 'start', 'end'], ENDED: [],
};
const NAMES = { edit: 'Change', submit: 'Submit', fund: 'Add budget', start: 'Start', pause: 'Pause', end: 'End' };
const DONE = { submit: 'is submitted', start: 'runs', pause: 'is paused', end: 'has ended' };

/** <ad-campaigns>: the signed-in account's campaigns with live figures, and all that an advertiser does with them. */
class AdCampaigns extends HTMLElement {
    #editing = null; // the campaign that the form changes; null: it makes a new one
    #image = null; // hash of the picture in the form
    #asked = null; // the campaign that is to end
    #funded = null; // the campaign that the form of money is for; null: the form is hidden
    #least = {}; // price of each pricing, in millionths of a credit

    async connectedCallback() {
        this.#find('form').addEventListener('submit', event => {
            event.preventDefault();
            this.#attempt(() => this.#save(event.target));
        });
        this.#find('form').addEventListener('input', () => this.#preview());
        this.#find('file').addEventListener('change', event => this.#attempt(() => this.#upload(event.target.files[0])));
        this.#find('no-picture').addEventListener('click', () => this.#picture(null, null));
        this.#find('new').addEventListener('click', () => {
            this.#hideMoney();
            this.#edit(null);
        });
        this.#find('money').addEventListener('submit', event => {
            event.preventDefault();
            const campaign = this.#funded;
            if (campaign) this.#attempt(() => this.#fund(campaign, Number(this.#find('amount').value)));
        });
        this.#find('dialog').addEventListener('close', event => event.target.returnValue === 'yes' && this.#attempt(() => this.#move(this.#asked, 'end')));
        await this.#attempt(async () => {
            const { signedIn } = await session();
            this.#find('signed-out').hidden = signedIn;
            if (!signedIn) return;
            await this.#load();
            this.#edit(null);
            this.#find('signed-in').hidden = false;
            setInterval(() => document.hidden || this.#refresh(), EVERY_MILLIS);
        });
        this.setAttribute('aria-busy', 'false');
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #field(name) {
        return this.#find('form').elements.namedItem(name);
    }

    async #attempt(work) {
        if (this.getAttribute('data-busy')) return;
        this.setAttribute('data-busy', 'true');
        this.#say('');
        try {
            await work();
        } catch (error) {
            this.#say(`Not done: ${error.message}.`);
        } finally {
            this.removeAttribute('data-busy');
        }
    }

    async #refresh() {
        if (this.getAttribute('data-busy') || this.contains(document.activeElement?.closest('td'))) return; // its button would go away
        try {
            await this.#load();
        } catch (error) {
            this.#say(`The figures could not be loaded again: ${error.message}.`);
        }
    }

    async #load() {
        const own = await campaigns();
        this.#topics(own.topics);
        this.#least = own.leastPrices;
        this.#find('available').textContent = exactCredits(own.available);
        fill(this.#find('rows'), own.campaigns.map(campaign => this.#cells(campaign)));
        this.#find('table').hidden = own.campaigns.length === 0;
        this.#find('none').hidden = own.campaigns.length > 0;
    }

    #cells(campaign) {
        const state = campaign.why ? `${STATES[campaign.state]}: ${campaign.why}` : STATES[campaign.state];
        const price = `${exactCredits(campaign.price)} for ${campaign.pricing === 'CPM' ? '1,000 views' : 'a click'}`;
        return [campaign.title, state, price, count(campaign.impressions), count(campaign.clicks), exactCredits(campaign.spent), exactCredits(campaign.budget),
            this.#buttons(campaign)];
    }

    #buttons(campaign) {
        const buttons = document.createElement('div');
        buttons.className = 'actions';
        for (const what of ACTIONS[campaign.state]) {
            const button = document.createElement('button');
            Object.assign(button, { type: 'button', className: 'button quiet', textContent: NAMES[what] });
            button.setAttribute('aria-label', `${NAMES[what]}: ${campaign.title}`);
            button.addEventListener('click', () => this.#act(campaign, what));
            buttons.append(button);
        }
        return buttons;
    }

    #act(campaign, what) {
        if (what !== 'fund') this.#hideMoney();
        if (what === 'edit') this.#edit(campaign);
        else if (what === 'fund') this.#askMoney(campaign);
        else if (what === 'end') this.#askEnd(campaign);
        else this.#attempt(() => this.#move(campaign, what));
    }

    async #move(campaign, what) {
        await moveCampaign(campaign.id, what);
        await this.#load();
        this.#say(`“${campaign.title}” ${DONE[what]}.`);
    }

    #askEnd(campaign) {
        this.#asked = campaign;
        this.#find('question').textContent = `End “${campaign.title}”?`;
        this.#find('dialog').returnValue = '';
        this.#find('dialog').showModal();
    }

    #askMoney(campaign) {
        this.#find('money').reset();
        this.#funded = campaign;
        this.#find('whose').textContent = campaign.title;
        this.#find('money').hidden = false;
        this.#find('amount').focus();
    }

    #hideMoney() {
        this.#funded = null;
        this.#find('money').hidden = true;
    }

    async #fund(campaign, credits) {
        await fundCampaign(campaign.id, Math.round(credits * 1e6));
        this.#hideMoney();
        await this.#load();
        this.#say(`“${campaign.title}” has its budget.`);
    }

    #topics(topics) {
        const place = this.#find('topics');
        if (place.childElementCount > 0) return;
        for (const topic of topics) {
            const label = document.createElement('label'), box = document.createElement('input');
            label.className = 'check';
            Object.assign(box, { type: 'checkbox', name: 'topic', value: topic });
            label.append(box, topic === 'GENERAL' ? 'any conversation' : topic.toLowerCase());
            place.append(label);
        }
    }

    #edit(campaign) {
        this.#editing = campaign;
        const today = new Date().toISOString().slice(0, 10);
        const shown = campaign ?? { title: '', body: '', link: '', topics: ['GENERAL'], pricing: 'CPM', price: 1e6, first: today, last: today, cap: 3, image: null, imageHash: null };
        for (const name of ['title', 'body', 'link', 'pricing', 'first', 'last', 'cap']) this.#field(name).value = shown[name];
        this.#field('price').value = shown.price / 1e6;
        for (const box of this.querySelectorAll('[name=topic]')) box.checked = shown.topics.includes(box.value);
        this.#picture(shown.imageHash, shown.image);
        this.#find('form-title').textContent = campaign ? `Change “${campaign.title}”` : 'New campaign';
        if (campaign) this.#field('title').focus();
    }

    async #upload(file) {
        if (!file) return;
        const hash = await uploadPicture(file);
        this.#picture(hash, `/ads/images/${hash}.png`);
    }

    #picture(hash, address) {
        this.#image = hash;
        const picture = this.#find('picture');
        picture.hidden = hash === null;
        if (address) picture.src = address;
        this.#find('no-picture').hidden = hash === null;
        this.#find('file').value = '';
        this.#preview();
    }

    #preview() {
        this.#find('title').textContent = this.#field('title').value || 'Title';
        this.#find('body').textContent = this.#field('body').value || 'Text';
        const link = this.#field('link').value;
        this.#field('price').min = (this.#least[this.#field('pricing').value] ?? 1) / 1e6;
        this.#find('leads-to').textContent = URL.canParse(link) ? new URL(link).hostname : '…';
    }

    async #save(form) {
        const said = new FormData(form);
        const campaign = {
            title: said.get('title'), body: said.get('body'), link: said.get('link'), image: this.#image, topics: said.getAll('topic'), pricing: said.get('pricing'),
            price: Math.round(Number(said.get('price')) * 1e6), first: said.get('first'), last: said.get('last'), cap: Number(said.get('cap')),
        };
        const saved = await saveCampaign(this.#editing?.id, campaign);
        await this.#load();
        this.#edit(null);
        this.#say(`“${saved.title}” is saved: ${STATES[saved.state]}.`);
    }

    #say(text) {
        this.#find('said').textContent = text;
    }
}

export const registerAdCampaigns = () => customElements.define('ad-campaigns', AdCampaigns);
