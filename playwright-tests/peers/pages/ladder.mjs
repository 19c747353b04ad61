// The ladder of matrix products: what was tried, a line of idea each. The rungs that won are kernels of the worker and have plain
// names there (blocks: matmul_aligned.wgsl; subgroups: SubgroupProduct). The others stay here so that nobody climbs twice, and so
// that they can be tried on other devices: bin/bench ladder. Sizes must be multiples of 64 (32 for few rows): these are experiments.
import { maxAbsError, operands } from './product.mjs';
import { timed } from './rounds.mjs';

const upTo = n => [...Array(n).keys()];
const transposed = product => product.layout === 'ATB';

const HEAD = `
struct Sizes { m: u32, n: u32, k: u32 }
@group(0) @binding(0) var<storage, read_write> c: array<C>;
@group(0) @binding(1) var<storage, read> a: array<A>;
@group(0) @binding(2) var<storage, read> b: array<B>;
@group(0) @binding(3) var<uniform> size: Sizes;
`;

/** @param types of the elements of C, A and B */
function shader(types, group, body, { lane = false } = {}) {
  const head = HEAD.replace('<C>', `<${types[0]}>`).replace('<A>', `<${types[1]}>`).replace('<B>', `<${types[2]}>`);
  const more = lane ? ', @builtin(subgroup_invocation_id) lane: u32' : '';
  return `${lane ? 'enable subgroups;' : ''}${head}
@compute @workgroup_size(${group})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u${more}) {\n${body.flat(9).join('\n')}\n}`;
}

function naive({ layout }) {
  const x = layout === 'ATB' ? 'a[p * size.m + id.y]' : 'a[id.y * size.k + p]';
  const y = layout === 'ABT' ? 'b[id.x * size.k + p]' : 'b[p * size.n + id.x]';
  const body = ['var sum = 0.0;', `for (var p = 0u; p < size.k; p++) { sum += ${x} * ${y}; }`, 'c[id.y * size.n + id.x] = sum;'];
  return { code: shader(['f32', 'f32', 'f32'], '8, 8', body), rows: 8, columns: 8 };
}

/**
 * rows x columns elements of C in registers, operands as vectors of four.
 * @param uniform every invocation of a workgroup has the same rows: loads of A are the same for all
 */
function registers(product, { rows, columns, down = 4, across = 4, uniform = false }) {
  const vectors = columns / 4;
  const sum = (i, j) => `c${i}_${j}`;
  const add = (x, y, s) => `${s} = fma(${x}, ${y}, ${s});`;
  const body = [`let row = ${rows}u * ${uniform ? 'tile.y' : 'id.y'}; let left = ${vectors}u * id.x;`,
    'let nv = size.n / 4u; let kv = size.k / 4u; let mv = size.m / 4u;',
    upTo(rows).map(i => upTo(vectors).map(j => `var ${sum(i, j)} = vec4f();`))];
  if (transposed(product)) {
    body.push('for (var p = 0u; p < size.k; p++) {', upTo(vectors).map(j => `let b${j} = b[p * nv + left + ${j}u];`));
    for (const v of upTo(rows / 4)) {
      body.push(`let a${v} = a[p * mv + row / 4u + ${v}u];`);
      body.push(upTo(4).map(l => upTo(vectors).map(j => add(`vec4f(a${v}[${l}])`, `b${j}`, sum(4 * v + l, j)))));
    }
  } else {
    body.push('for (var p = 0u; p < kv; p++) {');
    if (product.layout === 'AB') {
      body.push(upTo(4).map(q => upTo(vectors).map(j => `let b${q}_${j} = b[(4u * p + ${q}u) * nv + left + ${j}u];`)));
    } else {
      body.push(upTo(columns).map(j => `let t${j} = b[(4u * left + ${j}u) * kv + p];`));
      body.push(upTo(4).map(q => upTo(vectors).map(j => `let b${q}_${j} = vec4f(${upTo(4).map(l => `t${4 * j + l}[${q}]`)});`)));
    }
    for (const i of upTo(rows)) {
      body.push(`let a${i} = a[(row + ${i}u) * kv + p];`);
      body.push(upTo(4).map(q => upTo(vectors).map(j => add(`vec4f(a${i}[${q}])`, `b${q}_${j}`, sum(i, j)))));
    }
  }
  body.push('}', upTo(rows).map(i => upTo(vectors).map(j => `c[(row + ${i}u) * nv + left + ${j}u] = ${sum(i, j)};`)));
  return {
    code: shader(['vec4f', 'vec4f', 'vec4f'], uniform ? `${across}, 1` : `${across}, ${down}`, body),
    rows: uniform ? rows : rows * down, columns: columns * across,
  };
}

/** A column each invocation, side by side, the same rows for all. */
function columnEach(product, { rows, across }) {
  const add = (x, y, s) => `${s} = fma(${x}, ${y}, ${s});`;
  const body = [`let row = ${rows}u * tile.y; let kv = size.k / 4u; let mv = size.m / 4u;`, upTo(rows).map(i => `var c${i} = 0.0;`)];
  if (transposed(product)) {
    body.push('for (var p = 0u; p < size.k; p++) { let y = b[p * size.n + id.x];');
    for (const v of upTo(rows / 4)) {
      body.push(`let a${v} = a[p * mv + row / 4u + ${v}u];`, upTo(4).map(l => add(`a${v}[${l}]`, 'y', `c${4 * v + l}`)));
    }
  } else {
    const y = product.layout === 'AB' ? `vec4f(${upTo(4).map(q => `b[(4u * p + ${q}u) * size.n + id.x]`)})` : 'b[id.x * kv + p]';
    body.push(`for (var p = 0u; p < kv; p++) { let y = ${y};`);
    for (const i of upTo(rows)) body.push(`let a${i} = a[(row + ${i}u) * kv + p];`, upTo(4).map(q => add(`a${i}[${q}]`, `y[${q}]`, `c${i}`)));
  }
  body.push('}', upTo(rows).map(i => `c[(row + ${i}u) * size.n + id.x] = c${i};`));
  return { code: shader(['f32', 'vec4f', product.layout === 'ABT' ? 'vec4f' : 'f32'], `${across}, 1`, body), rows, columns: across };
}

/** A subgroup computes rows x (columns * lanes) of C; operands are loaded once by its lanes and broadcast. */
function subgroups(product, { lanes, rows, columns }) {
  const sum = (i, j) => `c${i}_${j}`;
  const add = (x, y, s) => `${s} = fma(${x}, ${y}, ${s});`;
  const body = [`let row = ${rows}u * id.y; let column = ${columns * lanes}u * tile.x + lane;`,
    upTo(rows).map(i => upTo(columns).map(j => `var ${sum(i, j)} = 0.0;`))];
  const broadcast = (i, from, q, y) => [`let x${i}_${q} = subgroupBroadcast(${from}, ${q}u);`,
    upTo(columns).map(j => add(`x${i}_${q}`, y(j), sum(i, j)))];
  if (transposed(product)) {
    body.push('for (var p = 0u; p < size.k; p++) {', upTo(columns).map(j => `let b${j} = b[p * size.n + column + ${j * lanes}u];`));
    for (const r of upTo(rows / lanes)) {
      body.push(`let a${r} = a[p * size.m + row + ${r * lanes}u + lane];`);
      body.push(upTo(lanes).map(q => broadcast(r * lanes + q, `a${r}`, q, j => `b${j}`)));
    }
  } else {
    body.push(`for (var p = 0u; p < size.k; p += ${lanes}u) {`);
    body.push(upTo(lanes).map(q => upTo(columns).map(j => `let b${q}_${j} = ${product.layout === 'AB'
      ? `b[(p + ${q}u) * size.n + column + ${j * lanes}u]` : `b[(column + ${j * lanes}u) * size.k + p + ${q}u]`};`)));
    for (const i of upTo(rows)) {
      body.push(`let a${i} = a[(row + ${i}u) * size.k + p + lane];`, upTo(lanes).map(q => broadcast(i, `a${i}`, q, j => `b${q}_${j}`)));
    }
  }
  body.push('}', upTo(rows).map(i => upTo(columns).map(j => `c[(row + ${i}u) * size.n + column + ${j * lanes}u] = ${sum(i, j)};`)));
  return { code: shader(['f32', 'f32', 'f32'], `${lanes}, 1`, body, { lane: true }), rows, columns: lanes * columns };
}

/** The same with sums in an array and loops over it. */
function subgroupLoops(product, { lanes, rows, columns }) {
  const most = rows * columns;
  const y = product.layout === 'ABT' ? `b[(column + j * ${lanes}u) * size.k + p + q]` : `b[(p + q) * size.n + column + j * ${lanes}u]`;
  const inner = `for (var i = 0u; i < ${rows}u; i++) { let at = i * ${columns}u + j; sums[at] = fma(subgroupShuffle(x[i], q), y, sums[at]); }`;
  const body = [`let row = ${rows}u * id.y; let column = ${columns * lanes}u * tile.x + lane; var sums: array<f32, ${most}>;`,
    `for (var p = 0u; p < size.k; p += ${lanes}u) { var x: array<f32, ${rows}>;`,
    `for (var i = 0u; i < ${rows}u; i++) { x[i] = ${transposed(product) ? '0.0' : 'a[(row + i) * size.k + p + lane]'}; }`,
    transposed(product) ? `for (var i = 0u; i < ${rows}u; i++) { x[i] = a[(p + lane) * size.m + row + i]; }` : '',
    `for (var q = 0u; q < ${lanes}u; q++) { for (var j = 0u; j < ${columns}u; j++) { let y = ${y}; ${inner} } } }`,
    `for (var i = 0u; i < ${rows}u; i++) { for (var j = 0u; j < ${columns}u; j++) {`,
    `c[(row + i) * size.n + column + j * ${lanes}u] = sums[i * ${columns}u + j]; } }`];
  return { code: shader(['f32', 'f32', 'f32'], `${lanes}, 1`, body, { lane: true }), rows, columns: lanes * columns };
}

/** Few rows of A, ABT: an element, or several columns of a row, each invocation. */
function fewRows({ layout }, { columns, across = 32, batch = 1 }) {
  if (layout !== 'ABT') throw new Error('few rows are multiplied by ABT');
  const body = [`let left = ${columns}u * id.x; let kv = size.k / 4u; if (left >= size.n) { return; }`,
    upTo(columns).map(j => `var c${j} = vec4f();`),
    'for (var p = 0u; p < kv; p++) { let x = a[id.y * kv + p];',
    upTo(columns).map(j => `c${j} = fma(x, b[(left + ${j}u) * kv + p], c${j});`), '}',
    upTo(columns).map(j => `c[id.y * size.n + left + ${j}u] = c${j}.x + c${j}.y + c${j}.z + c${j}.w;`)];
  return { code: shader(['f32', 'vec4f', 'vec4f'], `${across}, 1`, body), rows: 1, columns: columns * across, batch };
}

/** The same by workgroups that share out k, as the worker's matmul_few_rows.wgsl does: a row. */
function sharedSums({ layout }, { group }) {
  if (layout !== 'ABT') throw new Error('few rows are multiplied by ABT');
  const body = ['let kv = size.k / 4u; let column = 4u * tile.x; var sum = vec4f();',
    `for (var p = id.x % ${group}u; p < kv; p += ${group}u) { let x = a[tile.y * kv + p];`,
    'sum += x * mat4x4f(b[column * kv + p], b[(column + 1u) * kv + p], b[(column + 2u) * kv + p], b[(column + 3u) * kv + p]); }',
    `let local = id.x % ${group}u; part[local] = sum; workgroupBarrier();`,
    `for (var half = ${group / 2}u; half > 0u; half /= 2u) { if (local < half) { part[local] += part[local + half]; } workgroupBarrier(); }`,
    'if (local < 4u) { c[tile.y * size.n + column + local] = part[0][local]; }'];
  const code = `var<workgroup> part: array<vec4f, ${group}>;` + shader(['f32', 'vec4f', 'vec4f'], `${group}, 1`, body);
  return { code, rows: 1, columns: 4 };
}

export const rungs = [
  { name: 'naive', idea: 'an invocation for each element', make: naive },
  { name: 'registers 4x4', idea: 'every value loaded is used four times', make: p => registers(p, { rows: 4, columns: 4 }) },
  { name: 'registers 8x4', idea: '... and twice as many rows', make: p => registers(p, { rows: 8, columns: 4 }) },
  { name: 'registers 8x8', idea: 'eight times: more sums than a processor has registers', make: p => registers(p, { rows: 8, columns: 8 }) },
  { name: 'registers 8x8, 2x2', idea: 'smaller workgroups: a processor has no use for large ones', make: p => registers(p, { rows: 8, columns: 8, down: 2, across: 2 }) },
  { name: 'registers 16x8', idea: 'are loads or sums the limit? sums', make: p => registers(p, { rows: 16, columns: 8, down: 2, across: 2 }) },
  { name: 'registers 16x16', idea: 'the same, further', make: p => registers(p, { rows: 16, columns: 16, down: 2, across: 2 }) },
  { name: 'uniform rows 8x4', idea: 'loads of A that are the same for a whole workgroup might be made once', make: p => registers(p, { rows: 8, columns: 4, across: 8, uniform: true }) },
  { name: 'uniform rows 16x4', idea: 'the same with more rows', make: p => registers(p, { rows: 16, columns: 4, across: 8, uniform: true }) },
  { name: 'column each', idea: 'neighbours load neighbours: sixteen sums an invocation, no vectors', make: p => columnEach(p, { rows: 16, across: 8 }) },
  { name: 'subgroups 8x1', idea: 'lanes load side by side and broadcast to each other', lanes: true, make: (p, lanes) => subgroups(p, { lanes, rows: 8, columns: 1 }) },
  { name: 'subgroups 8x2', idea: 'each broadcast is used twice', lanes: true, make: (p, lanes) => subgroups(p, { lanes, rows: 8, columns: 2 }) },
  { name: 'subgroups 16x2', idea: 'each load of B is used sixteen times: the worker has it', lanes: true, make: (p, lanes) => subgroups(p, { lanes, rows: 16, columns: 2 }) },
  { name: 'subgroups 32x2', idea: 'the same, further: long to compile', lanes: true, make: (p, lanes) => subgroups(p, { lanes, rows: 32, columns: 2 }) },
  { name: 'subgroups 16x2, loops', idea: 'sums in an array and loops, to spare the long text', lanes: true, make: (p, lanes) => subgroupLoops(p, { lanes, rows: 16, columns: 2 }) },
  { name: 'few rows, workgroup', few: true, idea: 'a row of A: a workgroup of 64 shares out k: the worker has it', make: p => sharedSums(p, { group: 64 }) },
  { name: 'few rows, small workgroup', few: true, idea: 'the same by 16: fewer turns at each barrier', make: p => sharedSums(p, { group: 16 }) },
  { name: 'few rows, an element each', few: true, idea: 'no barriers, which processors pay for', make: p => fewRows(p, { columns: 1 }) },
  { name: 'few rows, two columns each', few: true, idea: 'each load of A is used twice', make: p => fewRows(p, { columns: 2 }) },
  { name: 'few rows, four columns each', few: true, idea: 'four times', make: p => fewRows(p, { columns: 4, across: 16 }) },
  { name: 'few rows, two products', few: true, idea: 'an element each, two products by one dispatch: half as many dispatches', make: p => fewRows(p, { columns: 1, batch: 2 }) },
];

let device, lanes, rung, product, kernel, pipeline, group;
let buffers = [];

function buffer(bytes, usage, values) {
  const made = device.createBuffer({ size: bytes, usage: usage | GPUBufferUsage.COPY_DST });
  if (values) device.queue.writeBuffer(made, 0, values);
  buffers.push(made);
  return made;
}

async function read(count) {
  const staging = device.createBuffer({ size: 4 * count, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffers[0], 0, staging, 0, 4 * count);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return values;
}

function multiply(times) {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  const { rows, columns, batch = 1 } = kernel;
  for (let i = 0; i < times; i += batch) pass.dispatchWorkgroups(Math.ceil(product.n / columns), product.m / rows, batch);
  pass.end();
  device.queue.submit([encoder.finish()]);
}

export const rival = {
  async open(name) {
    rung = rungs.find(it => it.name === name);
    const adapter = await navigator.gpu.requestAdapter();
    const { subgroupMinSize, subgroupMaxSize } = adapter.info;
    lanes = adapter.features.has('subgroups') && subgroupMinSize === subgroupMaxSize ? subgroupMinSize : 0;
    if (rung.lanes && !lanes) throw new Error('no subgroups of one size on this device');
    device = await adapter.requestDevice({ requiredFeatures: rung.lanes ? ['subgroups'] : [] });
    return name;
  },

  async prepare(wanted) {
    buffers.forEach(old => old.destroy());
    buffers = [];
    product = wanted;
    if ((!rung.few && product.m % 64) || product.n % 32 || product.k % 32) throw new Error('sizes must be multiples of 64');
    kernel = rung.make(product, lanes);
    const { STORAGE, UNIFORM, COPY_SRC } = GPUBufferUsage;
    const { a, b } = operands(product);
    buffer(4 * product.m * product.n, STORAGE | COPY_SRC);
    buffer(a.byteLength, STORAGE, a);
    buffer(b.byteLength, STORAGE, b);
    buffer(16, UNIFORM, new Uint32Array([product.m, product.n, product.k, 0]));
    const module = device.createShaderModule({ code: kernel.code });
    pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const entries = buffers.map((bound, binding) => ({ binding, resource: { buffer: bound } }));
    group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    multiply(1);
    return maxAbsError(product, await read(product.m * product.n));
  },

  async run(times) {
    const { millis } = await timed(async () => {
      multiply(times);
      await read(1);
    });
    return millis;
  },
};
