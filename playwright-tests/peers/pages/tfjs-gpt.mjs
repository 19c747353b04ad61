// A GPT in plain TensorFlow.js operations, as nanoGPT has it: LayerNorm, learned positions, tied head, tanh GELU, Adam.
// No dropout, no fused operations: what a project gets that writes its model on TensorFlow.js without more.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-backend-cpu';
import { tokenBatch } from './batch.mjs';
import { generated, timed } from './rounds.mjs';

const EPSILON = 1e-5;

let config, tokens, tokenEmbedding, positionEmbedding, layers, lastNorm, optimizer, causalMask, positions;

const normal = shape => tf.variable(tf.randomNormal(shape, 0, 0.02));
const zeros = shape => tf.variable(tf.zeros(shape));
const linear = (from, to) => ({ weight: normal([from, to]), bias: zeros([to]) });
const norm = width => ({ gain: tf.variable(tf.ones([width])), bias: zeros([width]) });

const applyLinear = ({ weight, bias }, x) => tf.add(tf.matMul(x, weight), bias);

function applyNorm({ gain, bias }, x) {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON))), gain), bias);
}

function gelu(x) {
  const cube = tf.mul(x, tf.mul(x, x));
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, cube)));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner)));
}

function attention(layer, x) {
  const { batch, context, heads, width } = config;
  const headDim = width / heads;
  const byHead = t => tf.transpose(tf.reshape(t, [batch, context, heads, headDim]), [0, 2, 1, 3]);
  const [query, key, value] = tf.split(applyLinear(layer.qkv, x), 3, -1).map(byHead);
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(headDim));
  const weights = tf.softmax(tf.add(scores, causalMask));
  const mixed = tf.transpose(tf.matMul(weights, value), [0, 2, 1, 3]);
  return applyLinear(layer.projection, tf.reshape(mixed, [batch * context, width]));
}

const mlp = (layer, x) => applyLinear(layer.down, gelu(applyLinear(layer.up, x)));

function logits(ids) {
  const { batch, context, width } = config;
  const embedded = tf.reshape(tf.gather(tokenEmbedding, ids), [batch, context, width]);
  let x = tf.reshape(tf.add(embedded, tf.gather(positionEmbedding, positions)), [batch * context, width]);
  for (const layer of layers) {
    x = tf.add(x, attention(layer, applyNorm(layer.norm1, x)));
    x = tf.add(x, mlp(layer, applyNorm(layer.norm2, x)));
  }
  return tf.matMul(applyNorm(lastNorm, x), tokenEmbedding, false, true);
}

function newLayer() {
  const { width } = config;
  return {
    norm1: norm(width),
    qkv: linear(width, 3 * width),
    projection: linear(width, width),
    norm2: norm(width),
    up: linear(width, 4 * width),
    down: linear(4 * width, width),
  };
}

function newCausalMask(context) {
  const lower = tf.linalg.bandPart(tf.ones([context, context]), -1, 0);
  return tf.mul(tf.sub(1, lower), -1e9);
}

async function step() {
  const ids = tf.tensor1d(tokens.inputs, 'int32');
  const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(tokens.targets, 'int32'), config.vocabulary));
  const loss = optimizer.minimize(() => tf.tidy(() => tf.losses.softmaxCrossEntropy(targets, logits(ids))), true);
  const [value] = await loss.data();
  tf.dispose([loss, ids, targets]);
  return value;
}

/** The whole forward of one sequence for each token, as nanoGPT generates; what is missing is padding behind. */
async function likeliest(ids) {
  const padded = Int32Array.from({ length: config.context }, (_, i) => ids[i] ?? 0);
  const token = tf.tidy(() => {
    const last = tf.slice(logits(tf.tensor1d(padded, 'int32')), [ids.length - 1, 0], [1, -1]);
    return tf.argMax(last, -1);
  });
  const [value] = await token.data();
  token.dispose();
  return value;
}

export const rival = {
  async open(wanted) {
    config = wanted;
    tokens = tokenBatch(config);
    if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js found no WebGPU');
    await tf.ready();
    tokenEmbedding = normal([config.vocabulary, config.width]);
    positionEmbedding = normal([config.context, config.width]);
    layers = Array.from({ length: config.layers }, newLayer);
    lastNorm = norm(config.width);
    causalMask = tf.tidy(() => newCausalMask(config.context));
    positions = tf.range(0, config.context, 1, 'int32');
    optimizer = tf.train.adam(1e-3, 0.9, 0.95, 1e-8);
    return `GPT in plain TensorFlow.js ${tf.version_core}`;
  },

  async steps(count) {
    const losses = [];
    const { millis } = await timed(async () => {
      for (let i = 0; i < count; i++) losses.push(await step());
    });
    return { millis, losses };
  },

  generate: wanted => generated(wanted, likeliest),
};
