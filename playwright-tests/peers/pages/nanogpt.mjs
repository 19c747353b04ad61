// @genai-fi/nanogpt: its own GPT (RMSNorm, tied embedding) with its own fused WGSL operations on TensorFlow.js.
// Its trainer's step is called directly, without its data loading; it warms its learning rate up over 100 steps.
// The package does not export its trainer: 'nanogpt' is an alias of its files, see package.json.
import * as tf from '@tensorflow/tfjs-core';
import Generator from 'nanogpt/dist/inference/Generator.js';
import { selectBackend } from 'nanogpt/dist/backend.js';
import { tokenise } from 'nanogpt/dist/main.js';
import NanoGPTV1 from 'nanogpt/dist/models/NanoGPTV1.js';
import PreTrainer from 'nanogpt/dist/training/PreTrainer.js';
import { version } from 'nanogpt/package.json';
import { tokenBatch } from './batch.mjs';
import { generated, timed } from './rounds.mjs';

const LEARNING_RATE = 1e-3;

let config, tokens, trainer, generator, last;

async function step() {
  const dims = [config.batch, config.context];
  const xs = tf.tensor(tokens.inputs, dims, 'int32');
  const ys = tf.tensor(tokens.targets, dims, 'int32');
  const loss = trainer.trainStep({}, { xs, ys });
  const [value] = await loss.data();
  tf.dispose([loss, xs, ys]);
  return value;
}

/** A turn of its Generator's loop, by its own cache of keys and values; it draws from the probabilities. */
async function next(ids, first) {
  if (first) {
    generator.reset();
    generator.initialise([], {});
    last?.dispose();
    last = tf.tensor([ids], [1, ids.length], 'int32');
    if (!generator.cache) throw new Error('it keeps no keys and values');
  }
  const { outputTensor, token } = await generator._generateToken(last, generator.cache, { allowSpecial: true });
  last.dispose();
  last = outputTensor;
  return token;
}

export const rival = {
  async open(wanted) {
    config = wanted;
    tokens = tokenBatch(config);
    await selectBackend('webgpu');
    const model = new NanoGPTV1({
      modelType: 'GenAI_NanoGPT_v1',
      vocabSize: config.vocabulary,
      blockSize: config.context,
      nLayer: config.layers,
      nHead: config.heads,
      nEmbed: config.width,
      mlpFactor: 4,
      useRope: config.rotary ?? false, // it keeps keys and values only of models that turn them
    });
    const tokeniser = new tokenise.CharTokeniser(config.vocabulary);
    generator = new Generator(model, tokeniser);
    trainer = new PreTrainer(model, tokeniser, { learningRate: LEARNING_RATE });
    trainer.configure({
      batchSize: config.batch,
      learningRate: LEARNING_RATE,
      method: { type: 'pretraining' },
      mixedPrecision: false,
    });
    return `@genai-fi/nanogpt ${version}`;
  },

  async steps(count) {
    const losses = [];
    const { millis } = await timed(async () => {
      for (let i = 0; i < count; i++) losses.push(await step());
    });
    return { millis, losses };
  },

  generate: wanted => generated(wanted, next),
};
