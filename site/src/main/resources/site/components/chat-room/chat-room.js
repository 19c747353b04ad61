import { CompletionError, servedModel, streamChat } from '../../lib/completions.js';
import { count, shortHash } from '../../lib/format.js';

/**
 * <chat-room>: a conversation with the promoted checkpoint through the public API. Each answer says which checkpoint gave it.
 * Screen readers hear an answer once, when it is complete. Emits 'answered' (detail: text, the visitor's last message).
 */
class ChatRoom extends HTMLElement {
    #messages = [];
    #answering = null; // AbortController of the answer under way
    #model = null;

    connectedCallback() {
        const form = this.#find('form');
        form.addEventListener('submit', event => {
            event.preventDefault();
            if (!this.#answering) this.#ask(this.#find('text').value);
        });
        this.#find('text').addEventListener('keydown', event => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            form.requestSubmit();
        });
        this.#find('stop').addEventListener('click', () => this.#answering?.abort());
        this.#find('clear').addEventListener('click', () => this.#clear());
        for (const example of this.querySelectorAll('[data-example]'))
            example.addEventListener('click', () => this.#ask(example.textContent));
        this.#lookForModel();
    }

    #find(name) {
        return this.querySelector(`[data-${name}]`);
    }

    async #lookForModel() {
        try {
            this.#model = await servedModel();
            this.#find('model').textContent = this.#model
                ? `Answered by ${this.#model.id}, checkpoint ${shortHash(this.#model.checkpoint)}, from round ${count(this.#model.round)}.`
                : 'No checkpoint has passed its checks yet. Come back in a few minutes, or contribute to bring it about.';
        } catch (error) {
            this.#find('model').textContent = `The server does not say which checkpoint answers: ${error.message}`;
        }
    }

    async #ask(text) {
        if (text.trim() === '' || this.#answering) return;
        this.#answering = new AbortController();
        this.#busy(true);
        this.#find('empty').hidden = true;
        this.#find('text').value = '';
        this.#messages.push({ role: 'user', content: text });
        this.#bubble('user', 'You').textContent = text;
        if (!this.#model) await this.#lookForModel();
        await this.#answer();
        this.#answering = null;
        this.#busy(false);
        this.#find('text').focus();
    }

    async #answer() {
        const place = this.#bubble('model', 'Model');
        const answer = { content: '', finish: 'stopped by you', checkpoint: '', tokens: null, forgot: false };
        try {
            for await (const chunk of this.#chunks(answer)) this.#add(answer, chunk, place);
        } catch (error) {
            if (error.name !== 'AbortError') answer.finish = this.#explain(error, place);
        }
        if (answer.content !== '') this.#messages.push({ role: 'assistant', content: answer.content });
        this.#footnote(answer, place);
        this.#find('said').textContent = answer.content || answer.finish;
        const said = this.#messages.findLast(message => message.role === 'user');
        if (answer.content !== '') this.dispatchEvent(new CustomEvent('answered', { detail: { text: said?.content ?? '' } }));
    }

    /** Where all messages are more than the model reads, the oldest are left out, as many as it takes. */
    async *#chunks(answer) {
        while (true) {
            try {
                return yield* streamChat(this.#request(), this.#answering.signal);
            } catch (error) {
                if (error.code !== 'context_length_exceeded' || this.#messages.length === 1) throw error;
                this.#messages.shift();
                answer.forgot = true;
            }
        }
    }

    #add(answer, chunk, place) {
        if (chunk.system_fingerprint) answer.checkpoint = chunk.system_fingerprint.replace(/^fp_/, '');
        if (chunk.usage) answer.tokens = chunk.usage.completion_tokens;
        for (const { delta, finish_reason: reason } of chunk.choices) {
            if (delta.content) {
                answer.content += delta.content;
                place.append(delta.content);
                this.#follow();
            }
            if (reason) answer.finish = reason === 'length' ? 'ended at the longest length' : 'came to its end';
        }
    }

    #explain(error, place) {
        if (!(error instanceof CompletionError)) console.warn('The answer failed:', error);
        place.parentElement.classList.add('failed');
        const sentence = error instanceof CompletionError ? error.message : 'The server could not be reached.';
        if (place.textContent === '') place.textContent = sentence;
        return sentence;
    }

    #request() {
        const settings = Object.fromEntries([...new FormData(this.#find('form'))].filter(([, value]) => value !== '').map(([name, value]) => [name, Number(value)]));
        return { model: this.#model?.id ?? 'default', messages: this.#messages, ...settings };
    }

    #bubble(kind, name) {
        const article = document.createElement('article');
        article.className = kind;
        const heading = document.createElement('h2');
        heading.textContent = name;
        const text = document.createElement('p');
        article.append(heading, text);
        this.#find('messages').append(article);
        this.#follow();
        return text;
    }

    #footnote({ checkpoint, finish, tokens, forgot }, place) {
        const note = document.createElement('p');
        note.className = 'soft small';
        const size = tokens === null ? '' : `${count(tokens)} tokens`;
        note.textContent = [checkpoint && `checkpoint ${checkpoint}`, size, forgot && 'earlier messages were left out', finish !== place.textContent && finish].filter(Boolean).join(' · ');
        place.after(note);
        this.#follow();
    }

    #follow() {
        const messages = this.#find('messages');
        messages.scrollTop = messages.scrollHeight;
    }

    #busy(busy) {
        this.#find('messages').setAttribute('aria-busy', busy);
        this.#find('send').hidden = busy;
        this.#find('stop').hidden = !busy;
        this.#find('clear').disabled = busy;
        this.classList.toggle('busy', busy);
        if (busy) this.#find('stop').focus();
    }

    #clear() {
        this.#messages = [];
        for (const article of this.querySelectorAll('article')) article.remove();
        this.#find('empty').hidden = false;
        this.#find('said').textContent = '';
        this.#find('text').focus();
    }
}

export const registerChatRoom = () => customElements.define('chat-room', ChatRoom);
