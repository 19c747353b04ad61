// Our shipped worker, by its command 'measure'; its own clock times the work, as the others' pages do.
import { tokenBatch } from './batch.mjs';
import { maxAbsError, operands } from './product.mjs';

let worker, config, product, weights;

function measure(command) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.type !== 'measured') return;
      if (data.reason) reject(new Error(data.reason));
      else resolve(data);
    };
    worker.onerror = error => reject(new Error(error.message || 'the worker failed'));
    worker.postMessage({ type: 'measure', ...command });
  });
}

const multiply = (times, values) => measure({ what: 'product', ...product, ...operands(product), times, values });

export const rival = {
  /** With a configuration of a model: for its steps. */
  async open(wanted) {
    config = wanted;
    worker = new Worker('/worker/boot-js.js', { type: 'module' });
    if (config) weights = await (await fetch('/weights')).arrayBuffer();
    return config?.standard ? 'ours, standard kernels' : 'ours';
  },

  async prepare(wanted) {
    product = wanted;
    const { kernel, values } = await multiply(1, true);
    this.kernel = kernel; // which the device has chosen
    return maxAbsError(product, values);
  },

  async run(times) {
    return (await multiply(times, false)).millis;
  },

  /** Always from the first weights: all measurements give the same losses. */
  async steps(count) {
    const tokens = Uint16Array.from(tokenBatch(config).ids).buffer; // little-endian, as every browser's computer is
    const { millis, losses } = await measure({ what: 'step', ...config.model, batch: config.batch, steps: count,
      keeping: config.keeping ?? 'ALL', weights: new Int8Array(weights), tokens: new Int8Array(tokens) });
    return { millis, losses: Array.from(losses) };
  },

  /** So many texts: reads the prompt, then generates 1 + count tokens; prefillMillis is until the first. */
  async generate({ prompt, count, times }) {
    const { prefillMillis, millis, kernel, tokens } = await measure({ what: 'generate', ...config.model, count, times,
      standard: config.standard, weights: new Int8Array(weights), tokens: new Int8Array(Uint16Array.from(prompt).buffer) });
    this.kernel = kernel;
    return { prefillMillis, millis, tokens: Array.from(tokens) };
  },
};
