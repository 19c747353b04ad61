/** What the server said instead of an answer; the message is a sentence for people, the code OpenAI's, if there is one. */
export class CompletionError extends Error {
    constructor(message, code) {
        super(message);
        this.code = code;
    }
}

/**
 * Asks POST /v1/chat/completions for a stream and yields its chunks as OpenAI defines them, until [DONE].
 * Throws CompletionError with the server's own sentence, or AbortError when `signal` ends it.
 */
export async function* streamChat(request, signal) {
    const response = await fetch('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } }),
        signal,
    });
    if (!response.ok) throw await refusal(response);
    for await (const data of eventData(response.body)) {
        if (data === '[DONE]') return;
        const chunk = JSON.parse(data);
        if (chunk.error) throw new CompletionError(chunk.error.message);
        yield chunk;
    }
    throw new CompletionError('The answer broke off: the connection to the server ended.');
}

async function refusal(response) {
    const retryAfter = response.headers.get('retry-after');
    const body = await response.json().catch(() => ({})); // a proxy may answer with a page
    const message = body.error?.message ?? `The server answered ${response.status}.`;
    return new CompletionError(response.status === 429 && retryAfter ? `${message} Try again in ${retryAfter} seconds.` : message, body.error?.code);
}

/** The data of each server-sent event; only what our server writes: one data line, then an empty line. */
async function* eventData(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
            const lines = (rest + part.value).split('\n');
            rest = lines.pop();
            for (const line of lines) if (line.startsWith('data: ')) yield line.slice('data: '.length);
        }
    } finally {
        await reader.cancel();
    }
}

/** The model that serves: {id, checkpoint, round}; null while none is promoted. */
export async function servedModel() {
    const response = await fetch('/v1/models');
    if (!response.ok) throw await refusal(response);
    const { data } = await response.json();
    return data[0] ?? null;
}
