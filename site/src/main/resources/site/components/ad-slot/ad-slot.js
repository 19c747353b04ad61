import { ask, session } from '../../lib/account.js';
import { nextAd, sawAd } from '../../lib/ads.js';

const SEEN_MILLIS = 1_000; // half of it in view for so long: what the ad industry calls viewable
const AGAIN_MILLIS = [0, 2_000]; // a report that came a moment too early by the server's clock is made once more
const LIFE_MILLIS = 55 * 60_000; // an ad that is older counts no more by the server's clock, which gives it an hour

/**
 * <ad-slot for="chat">: at most one ad, for the conversation in the element of that id, asked for when an answer there is complete. Its room is kept
 * free from the beginning, so that nothing moves when an ad comes. Without an ad nothing is shown; who has paid for none has no room for it either.
 */
class AdSlot extends HTMLElement {
    #observer = null;
    #timer = null;
    #seen = true; // the ad that is shown; there is none yet
    #shownAt = 0;

    connectedCallback() {
        document.getElementById(this.getAttribute('for')).addEventListener('answered', event => this.#next(event.detail.text));
        this.#observer = new IntersectionObserver(([entry]) => this.#watch(entry.intersectionRatio >= 0.5), { threshold: [0, 0.5, 1] });
        document.addEventListener('visibilitychange', () => this.#turn());
        this.#room();
    }

    /** Whoever comes back to the page looks at the ad anew: an observer of its own accord tells what changes only. */
    #turn() {
        this.#watch(false);
        if (document.hidden || this.#seen) return;
        this.#observer.disconnect();
        this.#observer.observe(this.#box());
    }

    async #room() {
        try {
            this.hidden = (await session()).signedIn && (await ask('GET', '/api/me/ad-free')).untilMillis !== null;
        } catch {
            // the room stays
        }
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    /** An ad that nobody has seen yet stays, as long as its view would count. */
    async #next(text) {
        const waits = !this.#seen && !this.#box().hidden && Date.now() - this.#shownAt < LIFE_MILLIS;
        if (this.hidden || waits) return;
        const ad = await nextAd(text);
        if (ad) this.#show(ad);
        else this.#hide();
    }

    #box() {
        return this.#find('ad');
    }

    #show(ad) {
        this.#observer.disconnect();
        this.#watch(false);
        const picture = this.#find('picture');
        picture.hidden = ad.image === null;
        if (ad.image) picture.src = ad.image;
        this.#find('link').href = ad.link;
        this.#find('title').textContent = ad.title;
        this.#find('body').textContent = ad.body;
        this.#find('leads-to').textContent = ad.leadsTo;
        this.#box().hidden = false;
        this.#seen = false;
        this.#shownAt = Date.now();
        this.token = ad.token;
        this.#observer.observe(this.#box());
    }

    #hide() {
        this.#observer.disconnect();
        this.#watch(false);
        this.#box().hidden = true;
    }

    #watch(inView) {
        if (!inView || this.#seen) {
            clearTimeout(this.#timer);
            this.#timer = null;
        } else if (this.#timer === null) this.#timer = setTimeout(() => this.#report(), SEEN_MILLIS);
    }

    async #report() {
        if (document.hidden) return;
        this.#seen = true;
        this.#observer.disconnect();
        const { token } = this;
        for (const wait of AGAIN_MILLIS) {
            await new Promise(resolve => setTimeout(resolve, wait));
            if (await sawAd(token)) return;
        }
    }
}

export const registerAdSlot = () => customElements.define('ad-slot', AdSlot);
