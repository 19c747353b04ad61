// ONNX Runtime Web on its WebGPU provider; operands and result stay in GPU buffers.
import * as ort from '/ort/ort.webgpu.bundle.min.mjs';
import { productModel } from './onnx-product.mjs';
import { dimsOfA, dimsOfB, maxAbsError, operands } from './product.mjs';
import { timed } from './rounds.mjs';

const OPTIONS = { executionProviders: ['webgpu'], preferredOutputLocation: 'gpu-buffer' };

let product, session, device, feeds;
let buffers = [];

function gpuTensor(values, dims) {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffer = device.createBuffer({ size: values.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, values);
  buffers.push(buffer);
  return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims });
}

/** The first values of a result; the end of everything submitted before. */
async function read({ C }, count) {
  const bytes = 4 * count;
  const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(C.gpuBuffer, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  C.dispose();
  return values;
}

export const rival = {
  async open() {
    ort.env.wasm.wasmPaths = '/ort/';
    ort.env.wasm.numThreads = 1; // of the processor's side only
    ort.env.logLevel = 'error';
    ort.env.webgpu.powerPreference = 'high-performance'; // as the others ask, where a machine has two cards
    return `ONNX Runtime Web ${ort.env.versions.web}`;
  },

  async prepare(wanted) {
    await session?.release();
    buffers.forEach(buffer => buffer.destroy());
    buffers = [];
    product = wanted;
    session = await ort.InferenceSession.create(productModel(product), OPTIONS);
    device = await ort.env.webgpu.device;
    const { a, b } = operands(product);
    feeds = { A: gpuTensor(a, dimsOfA(product)), B: gpuTensor(b, dimsOfB(product)) };
    return maxAbsError(product, await read(await session.run(feeds), product.m * product.n));
  },

  async run(times) {
    const { millis } = await timed(async () => {
      for (let i = 1; i < times; i++) (await session.run(feeds)).C.dispose();
      await read(await session.run(feeds), 1);
    });
    return millis;
  },
};
