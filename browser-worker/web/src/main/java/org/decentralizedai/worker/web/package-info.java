/**
 * The worker in the browser: a module Web Worker that trains on the device's GPU or, without one, on the processor, and what connects it to the page, the
 * socket and the shards. Start reading at {@link WorkerMain}.
 *
 * <h2>What the page and the worker say to each other</h2>
 *
 * The page creates the worker with {@code new Worker('/worker/boot-js.js', {type: 'module'})} (or
 * {@code /worker/boot-wasm.js}, the same sources compiled to WebAssembly GC) and may post commands at once: none is lost
 * while the code loads. Commands and events are plain objects with a {@code type}.
 *
 * <p>Commands:
 *
 * <pre>
 * {type: 'start', url: 'wss://host/worker', key: '32 hex digits', power: 0.05..1, onProcessor: false}
 *       joins. onProcessor: computes on the processor even where there is a GPU; may be left out. Shards are fetched from /shards/ of the same host over https (http for ws:). While started, a second 'start'
 *       is ignored.
 * {type: 'stop'}
 *       sends the steps that are done of the task, the running one included, or gives it back when there are none, closes the
 *       socket and releases the GPU; answered by state 'stopped' when that is done. A second one doesn't wait for the update's
 *       verdict. A later 'start' joins again. A page that can't wait calls worker.terminate(); the task is then leased to
 *       another when the server sees the socket close.
 * {type: 'power', power: 0.05..1}
 *       share of the time spent computing; takes effect at once.
 * {type: 'check'}
 *       runs every kernel against its reference on this device; answered by one event 'check'. Ignored while started.
 * {type: 'measure', what: 'product', layout: 'AB', m, n, k, accumulate, a, b, times, values}
 * {type: 'measure', what: 'step', vocabulary, hidden, layers, heads, kvHeads, headDim, intermediate, context,
 *                   weights, tokens, batch, steps, keeping: 'ALL'}
 * {type: 'measure', what: 'update', vocabulary, hidden, layers, heads, kvHeads, headDim, intermediate, context,
 *                   weights, tokens, batch, encoding: 'SIGN', onHost, times}
 * {type: 'measure', what: 'generate', vocabulary, hidden, layers, heads, kvHeads, headDim, intermediate, context,
 *                   weights, tokens, count, times, standard}
 *       for benchmarks: does the work once untimed, then so many times or steps, and reads back; answered by one event
 *       'measured'. a, b: Float32Array, op(A) (m,k) and op(B) (k,n) as layout has them. values: whether the first product is
 *       wanted. weights: Int8Array of f32 in layout order, tokens: of batch * context + 1 ids, 16 bits each; all steps begin
 *       from these weights and train on the same tokens. An update is that of one step, encoded whole; onHost: all of it is read
 *       first, instead of its code alone. keeping: as in 'memory'. generate: reads
 *       the tokens as a prompt, then generates count more than one, the likeliest each time; standard: by the kernels that are used
 *       without measuring. The device stays open until 'stop'. Ignored while started.
 * </pre>
 *
 * Events (numbers are JavaScript numbers):
 *
 * <pre>
 * {type: 'state', state, reason}
 *       state is one of
 *         'probing'      looking for an adapter, compiling kernels, measuring
 *         'connecting'   no connection yet, or it was lost while idle; tried again by itself
 *         'waiting'      connected, no task just now; reason says why
 *         'tuning'       trying which kernels are fastest for this model, at most a few seconds
 *         'downloading'  weights or corpus
 *         'training'
 *         'uploading'
 *         'stopped'      after 'stop'
 *         'failed'       for good until the next 'start'; reason is a sentence for people
 *       reason is '' where there is nothing to say. A lost connection does not interrupt 'training'.
 * {type: 'adapter', description, vendor, architecture, software, gigaflops, maxStorageMiB}
 *       once per probing. software: a CPU computes, by a renderer or, where architecture is 'processor', without WebGPU; the
 *       description then says why. gigaflops: measured matrix product.
 * {type: 'welcome', worker, run, parameters, checkpointBytes}
 *       once per connection. worker: the name that the server gave. checkpointBytes: the weights of a checkpoint.
 * {type: 'memory', bytes, keeping, recompute}
 *       before the first task: all GPU buffers that such tasks take. keeping: what stays of activations, a name of
 *       {@link org.decentralizedai.model.Keeping}. recompute: they are computed twice, as the device can't hold them.
 *       A device that can't hold a task even so ends in state 'failed'.
 * {type: 'download', bytes, totalBytes}
 *       of one task; pieces already kept by the browser don't count. bytes: fetched so far. totalBytes: what remains after
 *       the browser's own store was looked through, as far as known; never below bytes.
 * {type: 'tuned', kernels: [{operation, kernel, millis, standardMillis}, ...], millis, remembered}
 *       the fastest kernel of each operation that has several, and what the one takes that is used without measuring;
 *       remembered: all were measured on an earlier visit, and compute rightly still. Not told before auditable tasks, which
 *       are computed by the standard kernels.
 * {type: 'refetched', sentence}
 *       the deltas of missed rounds did not lead to the task's weights, so all of them are downloaded; the sentence says why.
 * {type: 'progress', round, step, steps, loss, tokensPerSecond}
 *       after each local step: loss in nats per token, the mean of this step; step counts from 1; tokensPerSecond while
 *       computing, the pauses of the power slider not counted.
 * {type: 'verdict', code, sentence, tokens, tasksAccepted, tasksRefused}
 *       what became of a task; code is ACCEPTED or why not ({@link org.decentralizedai.wire.VerdictCode}), tokens those
 *       accepted, the two counts since the last 'start'; DUPLICATE is in neither.
 * {type: 'dropped', sentence}
 *       a task ended before it was delivered: cancelled by the server, a corrupted shard, the GPU was lost, ...
 * {type: 'check', passed, cases, failures: ['case: error', ...], reason}
 *       passed: every case within its tolerance; reason is '' or why nothing could be checked.
 * {type: 'measured', millis, kernel, values, losses, code, reason}
 *       millis: of the timed part. values: Float32Array of the product, or null. losses: Float64Array, the mean of each step,
 *       the untimed one first, or null. code: Int8Array of the encoded update, or null. Of 'generate' there are prefillMillis
 *       too, until the first token, not counted in millis, and tokens, an Int32Array of what was generated. reason is '' or why
 *       nothing could be measured.
 * </pre>
 *
 * A worker that the server does not want any more ({@code BANNED}, another protocol version) posts state 'failed'.
 */
@NullMarked
package org.decentralizedai.worker.web;

import org.jspecify.annotations.NullMarked;
