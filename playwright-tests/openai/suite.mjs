/**
 * OpenAI's official client for JavaScript with nothing changed but the address. Run by OpenAiNpmClientIT with
 * BASE_URL, MODEL, and the keys KEY (has money), POOR_KEY (has none) and SLOW_KEY (30 requests a minute).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai';

const { BASE_URL: baseURL, MODEL: model, KEY, POOR_KEY, SLOW_KEY } = process.env;
const PROMPT = 'Once upon';
const TOKENS = 24;

/** A client that counts the requests it makes. */
function clientOf(apiKey, maxRetries = 0) {
    const counted = { calls: 0 };
    counted.client = new OpenAI({
        baseURL, apiKey, maxRetries,
        fetch: (...request) => { counted.calls++; return fetch(...request); },
    });
    return counted;
}

const { client } = clientOf(KEY);
const chat = (options = {}, from = client) => from.chat.completions.create({
    model, messages: [{ role: 'user', content: PROMPT }], temperature: 0, max_completion_tokens: TOKENS, ...options,
});
const text = (answer) => answer.choices[0].message.content;

test('models: the list and the one', async () => {
    const ids = [];
    for await (const one of client.models.list()) ids.push(one.id);
    assert.deepEqual(ids, [model]);
    assert.equal((await client.models.retrieve(model)).owned_by, 'decentralizedai');
});

test('chat: text, usage, request id', async () => {
    const answer = await chat();
    assert.ok(text(answer).length > 0);
    assert.deepEqual(answer.usage, { prompt_tokens: PROMPT.length, completion_tokens: TOKENS, total_tokens: PROMPT.length + TOKENS });
    assert.equal(answer.choices[0].finish_reason, 'length');
    assert.match(answer._request_id, /^req_/);
});

test('stream: the whole answer in pieces, usage at the end', async () => {
    let streamed = '', usage = null, role = null, finish = null;
    for await (const chunk of await chat({ stream: true, stream_options: { include_usage: true } })) {
        role ??= chunk.choices[0]?.delta.role;
        streamed += chunk.choices[0]?.delta.content ?? '';
        finish ??= chunk.choices[0]?.finish_reason;
        usage = chunk.usage ?? usage;
    }
    assert.equal(streamed, text(await chat()));
    assert.equal(role, 'assistant');
    assert.equal(finish, 'length');
    assert.equal(usage.completion_tokens, TOKENS);
});

test('stream that is left: the connection ends', async () => {
    let pieces = 0;
    for await (const _ of await chat({ stream: true })) if (++pieces === 3) break;
    assert.equal(pieces, 3);
});

test('completions: the older interface continues the prompt', async () => {
    const answer = await client.completions.create({ model, prompt: PROMPT, temperature: 0, max_tokens: TOKENS });
    assert.equal(answer.choices[0].text, text(await chat()));
});

test('stop: ends the answer before it', async () => {
    const whole = text(await chat()), stop = whole.slice(5, 7);
    const answer = await chat({ stop });
    assert.equal(text(answer), whole.slice(0, whole.indexOf(stop)));
    assert.equal(answer.choices[0].finish_reason, 'stop');
});

test('n and logprobs', async () => {
    const answer = await chat({ n: 2, logprobs: true, top_logprobs: 2 });
    assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1]);
    const tokens = answer.choices[1].logprobs.content;
    assert.equal(tokens.length, TOKENS);
    assert.equal(tokens[0].top_logprobs.length, 2);
    assert.ok(tokens.every((token) => token.logprob <= 0));
});

test('seed: the same text again', async () => {
    const drawn = { temperature: 1, seed: 5 };
    assert.equal(text(await chat(drawn)), text(await chat(drawn)));
});

test('400: what is not supported is named', async () => {
    await assert.rejects(chat({ response_format: { type: 'json_object' } }), (error) => {
        assert.ok(error instanceof BadRequestError);
        assert.equal(error.param, 'response_format');
        assert.equal(error.code, 'unsupported_parameter');
        return true;
    });
});

test('401: a wrong key, not tried again', async () => {
    const stranger = clientOf('unused', 2);
    await assert.rejects(chat({}, stranger.client), (error) => error instanceof AuthenticationError && error.code === 'invalid_api_key');
    assert.equal(stranger.calls, 1);
});

test('402: no money, not tried again', async () => {
    const poor = clientOf(POOR_KEY, 2);
    await assert.rejects(chat({}, poor.client), (error) => {
        assert.ok(error instanceof APIError);
        assert.equal(error.status, 402);
        assert.equal(error.code, 'insufficient_quota');
        assert.equal(error.type, 'insufficient_quota');
        return true;
    });
    assert.equal(poor.calls, 1);
});

test('404: a model and an interface that are not here', async () => {
    await assert.rejects(chat({ model: 'gpt-9' }), (error) => error instanceof NotFoundError && error.code === 'model_not_found');
    await assert.rejects(client.embeddings.create({ model, input: PROMPT }), (error) => {
        assert.ok(error instanceof NotFoundError);
        assert.equal(error.code, 'unknown_url');
        assert.match(error.requestID, /^req_/);
        return true;
    });
});

test('429: said with the seconds to wait, and trying again after them helps', async () => {
    const hasty = clientOf(SLOW_KEY).client, patient = clientOf(SLOW_KEY, 3);
    await assert.rejects(async () => {
        for (let i = 0; i < 60; i++) await chat({ max_completion_tokens: 1 }, hasty);
    }, (error) => {
        assert.ok(error instanceof RateLimitError);
        assert.equal(error.code, 'rate_limit_exceeded');
        assert.ok(Number(error.headers.get('retry-after')) >= 1);
        assert.equal(error.headers.get('x-ratelimit-limit-requests'), '30');
        return true;
    });
    assert.ok(text(await chat({ max_completion_tokens: 1 }, patient.client)).length > 0);
    assert.ok(patient.calls >= 2, 'the first try was refused');
});
