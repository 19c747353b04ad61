/**
 * The run that everybody shares, as GET /api/run tells it. Asks again every few seconds while the page is visible.
 * Events: 'change' (see `run.latest`) and 'unreachable' (`run.latest` keeps the last answer).
 */
const EVERY_MILLIS = 4000;

class Run extends EventTarget {
    latest = null;
    #timer = 0;

    start() {
        if (this.#timer) return;
        this.#timer = setInterval(() => this.#ask(), EVERY_MILLIS);
        document.addEventListener('visibilitychange', () => this.#ask());
        this.#ask();
    }

    async #ask() {
        if (document.hidden && this.latest) return;
        try {
            const response = await fetch('/api/run', { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(10_000) });
            if (!response.ok) throw new Error(`/api/run answered ${response.status}`);
            this.latest = await response.json();
            this.dispatchEvent(new Event('change'));
        } catch (error) {
            console.warn('The run could not be asked for:', error.message);
            this.dispatchEvent(new Event('unreachable'));
        }
    }
}

export const run = new Run();
