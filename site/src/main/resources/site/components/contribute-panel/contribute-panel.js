import { anonymousKey } from '../../lib/anonymous-key.js';
import { knowsBattery, watchBattery } from '../../lib/battery.js';
import { Contribution, lockedElsewhere } from '../../lib/contribution.js';
import { amount, bytes, count, decimals } from '../../lib/format.js';
import { recall, remember } from '../../lib/preferences.js';
import { run } from '../../lib/run.js';
import { obstacle } from '../../lib/webgpu.js';

const WORDS = {
    idle: 'Not contributing.',
    elsewhere: 'Another tab of this browser contributes already. This one waits and takes over when that one stops.',
    paused: 'Paused while this device runs on battery. Goes on by itself when it is plugged in.',
    probing: 'Looking at this device …',
    connecting: 'Connecting …',
    waiting: 'Connected; waiting for a task.',
    tuning: 'Trying which kernels are fastest on this device …',
    downloading: 'Downloading the newest weights …',
    training: 'Training.',
    uploading: 'Sending what was learnt …',
    stopping: 'Stopping …',
    failed: 'Stopped.',
};
const BUSY = new Set(['probing', 'connecting', 'tuning', 'downloading', 'training', 'uploading']);
const TROUBLES_SHOWN = 20;

/**
 * <contribute-panel>: the visitor's own part. Starts and stops the {@link Contribution} and says what it does. With ?device=cpu in the
 * address it computes on the processor, as in a browser without WebGPU.
 */
class ContributePanel extends HTMLElement {
    #contribution;
    #refused = 0;
    #tokens = 0;

    async connectedCallback() {
        const power = this.#preparePower();
        this.#contribution = new Contribution(anonymousKey(), power, new URLSearchParams(location.search).get('device') === 'cpu');
        this.#contribution.addEventListener('state', () => this.#state());
        this.#contribution.addEventListener('worker', event => this.#hear(event.detail));
        this.addEventListener('key-changed', event => (this.#contribution.key = event.detail));
        this.#find('start').addEventListener('click', () => this.#start());
        this.#find('stop').addEventListener('click', event => event.detail < 2 && this.#contribution.stop()); // no double click
        run.addEventListener('change', () => this.#consent(run.latest));
        run.start();
        this.#prepareBattery();
        await this.#lookForObstacles();
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    #fact(name, text) {
        this.querySelector(`[data-fact="${name}"]`).textContent = text;
    }

    async #lookForObstacles() {
        const found = await obstacle();
        if (found) this.querySelector(`[data-obstacle="${found}"]`).hidden = false;
        if (found === 'insecure') {
            this.#find('start').disabled = true;
            this.#say('This browser cannot contribute; the reason stands above.');
        } else if (await lockedElsewhere() && this.#contribution.state === 'idle') {
            this.#say('Another tab of this browser contributes already. If you start here, this tab waits for its turn.');
        }
    }

    #preparePower() {
        const slider = this.querySelector('#power');
        slider.value = recall('power') ?? slider.value;
        const show = () => {
            this.#find('power-text').textContent = `${slider.value} %`;
            slider.setAttribute('aria-valuetext', `${slider.value} %`);
        };
        slider.addEventListener('input', () => {
            show();
            remember('power', slider.value);
            this.#contribution.power = slider.valueAsNumber / 100;
        });
        show();
        return slider.valueAsNumber / 100;
    }

    #prepareBattery() {
        this.#find('battery').hidden = !knowsBattery;
        this.#find('no-battery').hidden = knowsBattery;
        if (!knowsBattery) return;
        const box = this.querySelector('#battery');
        box.checked = recall('pause-on-battery') !== 'no';
        let onBattery = false;
        const tell = () => this.#contribution.pause(onBattery && box.checked);
        box.addEventListener('change', () => {
            remember('pause-on-battery', box.checked ? 'yes' : 'no');
            tell();
        });
        watchBattery(now => {
            onBattery = now;
            tell();
        });
    }

    /** What pressing start costs, before it is pressed. */
    #consent(latest) {
        if (typeof latest.downloadBytes === 'number') this.#find('download').textContent = bytes(latest.downloadBytes);
        if (typeof latest.taskBytes === 'number') this.#find('memory').textContent = `up to ${bytes(latest.taskBytes)} of its memory`;
        if (typeof latest.parameters === 'number')
            this.#find('weights').textContent = `at most all weights (${bytes(Float32Array.BYTES_PER_ELEMENT * latest.parameters)})`;
    }

    #start() {
        this.#refused = 0;
        this.#tokens = 0;
        this.#contribution.start();
    }

    #state() {
        const { state, reason } = this.#contribution;
        this.#say(reason ? `${WORDS[state] ?? state} ${reason}` : (WORDS[state] ?? state));
        const off = state === 'idle' || state === 'failed';
        const focused = document.activeElement;
        this.#find('start').hidden = !off;
        this.#find('stop').hidden = off;
        if (focused === this.#find('start') && !off) this.#find('stop').focus();
        if (focused === this.#find('stop') && off) this.#find('start').focus();
        this.#find('consent').hidden = !off;
        this.#find('work').hidden = !['downloading', 'training', 'uploading'].includes(state);
        this.#find('dot').dataset.dot = BUSY.has(state) ? 'busy' : state;
    }

    #say(text) {
        const place = this.#find('state');
        if (place.textContent !== text) place.textContent = text;
    }

    #hear(event) {
        switch (event.type) {
            case 'adapter': return this.#adapter(event);
            case 'tuned': return this.#tuned(event);
            case 'memory': return this.#fact('memory', bytes(event.bytes) + (event.recompute ? ', by computing some things twice' : ''));
            case 'download': return this.#progress(event.bytes, event.totalBytes, `${bytes(event.bytes)} of ${bytes(event.totalBytes)}`);
            case 'progress': return this.#progress(event.step, event.steps, `Round ${count(event.round)}, step ${event.step} of ${event.steps}: `
                + `loss ${decimals(event.loss, 3)}, ${count(event.tokensPerSecond)} tokens per second`);
            case 'verdict': return this.#verdict(event);
            case 'dropped': return this.#trouble(event.sentence);
        }
    }

    #adapter({ description, vendor, architecture, software, gigaflops }) {
        const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'not named by the browser';
        const renderer = software && architecture !== 'processor';
        this.#fact('adapter', renderer ? `${name} (software adapter)` : name);
        this.#fact('speed', `${decimals(gigaflops, gigaflops < 10 ? 1 : 0)} GFLOP/s, measured`);
        this.#find('software').hidden = !renderer;
    }

    #tuned({ kernels, millis, remembered }) {
        this.#find('kernels').hidden = false;
        this.#find('kernels-how').textContent = remembered
            ? 'Which way to compute each operation of the model was the fastest here, as measured on an earlier visit and checked again.'
            : `Which way to compute each operation of the model is the fastest here, found by trying in ${decimals(millis / 1000, 1)} s.`;
        this.#find('kernels-list').replaceChildren(...kernels.map(({ operation, kernel, millis: best, standardMillis }) => {
            const row = document.createElement('tr');
            for (const text of [operation, kernel.toLowerCase(), decimals(best, 2), decimals(standardMillis, 2)])
                row.insertCell().textContent = text;
            return row;
        }));
    }

    #progress(done, total, text) {
        const bar = this.#find('progress');
        bar.max = Math.max(total, 1);
        bar.value = done;
        this.#find('step').textContent = text;
    }

    #verdict({ code, sentence, tokens, tasksAccepted, tasksRefused }) {
        if (code === 'ACCEPTED') this.#tokens += tokens;
        this.#fact('accepted', count(tasksAccepted));
        this.#fact('refused', count(tasksRefused));
        this.#fact('tokens', amount(this.#tokens));
        if (tasksRefused > this.#refused) this.#trouble(`${sentence} (${code})`);
        this.#refused = tasksRefused;
    }

    /** Newest first; a long night must not fill the page. */
    #trouble(sentence) {
        const item = document.createElement('li');
        item.textContent = `${new Date().toLocaleTimeString()}: ${sentence}`;
        const list = this.#find('trouble-list');
        list.prepend(item);
        while (list.children.length > TROUBLES_SHOWN) list.lastChild.remove();
        this.#find('trouble').hidden = false;
    }
}

export const registerContributePanel = () => customElements.define('contribute-panel', ContributePanel);
