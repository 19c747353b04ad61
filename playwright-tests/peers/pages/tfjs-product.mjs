// TensorFlow.js' matMul on its WebGPU backend.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-backend-cpu';
import { dimsOfA, dimsOfB, maxAbsError, operands, transposesA, transposesB } from './product.mjs';
import { timed } from './rounds.mjs';

let product;
let tensors = [];

const multiply = () => tf.matMul(...tensors, transposesA(product), transposesB(product));

export const rival = {
  async open() {
    if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js found no WebGPU');
    await tf.ready();
    return `TensorFlow.js ${tf.version_core}`;
  },

  async prepare(wanted) {
    tf.dispose(tensors);
    product = wanted;
    const { a, b } = operands(product);
    tensors = [tf.tensor2d(a, dimsOfA(product)), tf.tensor2d(b, dimsOfB(product))];
    const c = multiply();
    const error = maxAbsError(product, await c.data());
    c.dispose();
    return error;
  },

  async run(times) {
    const { millis } = await timed(async () => {
      for (let i = 1; i < times; i++) multiply().dispose();
      const last = multiply();
      // onSubmittedWorkDone() was seen to return long before the work was done: read one entry back
      const corner = tf.slice(last, [0, 0], [1, 1]);
      await corner.data();
      tf.dispose([corner, last]);
    });
    return millis;
  },
};
