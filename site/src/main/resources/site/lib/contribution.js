/**
 * This browser's part in the run: one worker per device, whatever the number of tabs. The tab that holds the Web Lock
 * computes; another tab that was started waits for it. Messages of the worker: package-info of org.decentralizedai.worker.web.
 *
 *   idle -> elsewhere -> (lock) -> the worker's own states <-> paused -> stopping -> idle
 *
 * Events: 'state' (see `state`, `reason`) and 'worker' (detail is the worker's event).
 */
const LOCK = 'decentralizedai-worker';
const SEND_MILLIS = 45_000; // for the running step to end and its task's update to be sent: then the worker is ended
const STOP_MILLIS = 5_000; // where there is nothing to send
const UNSENT = 'The last task was not sent: it goes to somebody else.';

export class Contribution extends EventTarget {
    state = 'idle';
    reason = '';
    #wish = null; // AbortController while the visitor wants to contribute
    #paused = false;
    #power;
    #key;
    #onProcessor;
    #worker = null;
    #release = null;
    #running = false;
    #deadline = 0;
    #unsent = false; // what was learnt when the visitor pressed stop; until there is a verdict

    /** @param onProcessor even where there is WebGPU */
    constructor(key, power, onProcessor) {
        super();
        this.#key = key;
        this.#power = power;
        this.#onProcessor = onProcessor;
    }

    /** The visitor pressed start. */
    async start() {
        if (this.#wish || this.#release) return;
        const wish = (this.#wish = new AbortController());
        this.#tell('connecting');
        if (await lockedElsewhere() && !wish.signal.aborted) this.#tell('elsewhere');
        try {
            await navigator.locks.request(LOCK, { signal: wish.signal }, () => this.#hold());
        } catch (error) {
            if (error.name !== 'AbortError') this.#fail(`This browser refused the lock between its tabs: ${error.message}`);
        }
    }

    /** The visitor pressed stop: the worker sends what it has done. Pressed again, it ends at once. */
    stop() {
        this.#wish?.abort();
        const pressedBefore = !this.#wish || this.#deadline;
        this.#wish = null;
        if (pressedBefore) {
            if (this.#deadline) this.#end();
            return;
        }
        if (this.#running) this.#stopWorker();
        else this.#finish('idle');
    }

    pause(paused) {
        this.#paused = paused;
        if (this.#release) this.#settle();
    }

    set power(power) {
        this.#power = power;
        this.#worker?.postMessage({ type: 'power', power });
    }

    set key(key) {
        this.#key = key;
    }

    /** Runs while this tab holds the lock; ends when {@link #finish} releases it. */
    #hold() {
        if (!this.#wish) return undefined;
        return new Promise(release => {
            this.#release = release;
            this.#settle();
        });
    }

    /** Brings the worker to what is wanted now. */
    #settle() {
        const wanted = this.#wish && !this.#paused;
        if (wanted && !this.#running && !this.#deadline) this.#startWorker();
        else if (!wanted && this.#running) this.#stopWorker();
        else if (!wanted && this.#wish) this.#tell('paused');
    }

    #startWorker() {
        if (!this.#worker) {
            this.#worker = new Worker('/worker/boot-js.js', { type: 'module' });
            this.#worker.onmessage = event => this.#hear(event.data);
            this.#worker.onerror = event => this.#fail(`The worker could not be run: ${event.message ?? 'its program did not load'}`);
        }
        this.#running = true;
        this.#unsent = false;
        const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
        this.#worker.postMessage({
            type: 'start', url: `${scheme}://${location.host}/worker`, key: this.#key, power: this.#power, onProcessor: this.#onProcessor,
        });
    }

    #stopWorker() {
        if (this.#deadline) return;
        const sends = this.state === 'training' || this.state === 'uploading';
        this.#unsent = sends;
        this.#tell('stopping', sends ? 'Finishing this step, then sending it. Press stop again to end at once.' : '');
        this.#worker.postMessage({ type: 'stop' });
        this.#deadline = setTimeout(() => this.#end(), sends ? SEND_MILLIS : STOP_MILLIS);
    }

    #end() {
        this.#discard();
        this.#stopped();
    }

    #hear(message) {
        this.dispatchEvent(new CustomEvent('worker', { detail: message }));
        if (message.type === 'verdict') this.#unsent = false;
        if (message.type !== 'state') return;
        if (message.state === 'stopped') this.#stopped();
        else if (message.state === 'failed') this.#fail(message.reason);
        else if (!this.#deadline) this.#tell(message.state, message.reason);
    }

    #stopped() {
        clearTimeout(this.#deadline);
        this.#deadline = 0;
        this.#running = false;
        if (this.#wish) this.#settle();
        else this.#finish('idle', this.#unsent ? UNSENT : '');
    }

    #fail(reason) {
        this.#wish = null;
        this.#discard();
        this.#finish('failed', reason);
    }

    #discard() {
        clearTimeout(this.#deadline);
        this.#deadline = 0;
        this.#worker?.terminate();
        this.#worker = null;
        this.#running = false;
    }

    #finish(state, reason) {
        this.#release?.();
        this.#release = null;
        this.#tell(state, reason);
    }

    #tell(state, reason = '') {
        this.state = state;
        this.reason = reason;
        this.dispatchEvent(new Event('state'));
    }
}

/** Whether another tab of this browser computes or waits to. */
export async function lockedElsewhere() {
    const { held } = await navigator.locks.query();
    return held.some(lock => lock.name === LOCK);
}
