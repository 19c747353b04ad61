import { nextAd, sawAd } from '../../lib/ads.js';

const SEEN_MILLIS = 1_000; // half of it in view for so long: what the ad industry calls viewable
const AGAIN_MILLIS = [0, 2_000]; // a report that came a moment too early by the server's clock is made once more

/**
 * <ad-slot for="chat">: at most one ad, for the conversation in the element of that id, asked for when an answer there is complete. Its room is kept
 * free from the beginning, so that nothing moves when an ad comes. Without an ad nothing is shown.
 */
class AdSlot extends HTMLElement {
    #observer = null;
    #timer = null;
    #seen = true; // the ad that is shown; there is none yet

    connectedCallback() {
        document.getElementById(this.getAttribute('for')).addEventListener('answered', event => this.#next(event.detail.text));
        this.#observer = new IntersectionObserver(([entry]) => this.#watch(entry.intersectionRatio >= 0.5), { threshold: [0, 0.5, 1] });
        document.addEventListener('visibilitychange', () => document.hidden && this.#watch(false));
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    /** An ad that nobody has seen yet stays. */
    async #next(text) {
        if (!this.#seen && !this.#box().hidden) return;
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
