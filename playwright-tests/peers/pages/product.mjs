// A matrix product that all rivals compute: {layout, m, n, k}, C (m,n) = op(A) op(B), row-major f32.
// Layouts as in MatmulLayout: AB has A (m,k), B (k,n); ABT has B (n,k); ATB has A (k,m).
const ENTRIES = 128;

export const transposesA = product => product.layout === 'ATB';
export const transposesB = product => product.layout === 'ABT';
export const dimsOfA = product => (transposesA(product) ? [product.k, product.m] : [product.m, product.k]);
export const dimsOfB = product => (transposesB(product) ? [product.n, product.k] : [product.k, product.n]);

/** The same for every rival, between -1 and 1. */
export const operands = ({ m, n, k }) => ({ a: pseudoRandom(m * k, 1), b: pseudoRandom(k * n, 2) });

function pseudoRandom(length, seed) {
  const values = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return values;
}

/** The worst of 128 entries against a sum in double: half of them in the last row and column, where tiles end. */
export function maxAbsError(product, c) {
  const { m, n, k } = product;
  if (c.length !== m * n) throw new Error(`${c.length} values, expected ${m * n}`);
  const { a, b } = operands(product);
  let worst = 0;
  for (let i = 0; i < ENTRIES; i++) {
    const row = i % 4 === 0 ? m - 1 : (i * 7919) % m;
    const column = i % 4 === 1 ? n - 1 : (i * 104729 + 13) % n;
    let sum = 0;
    for (let j = 0; j < k; j++) {
      const x = transposesA(product) ? a[j * m + row] : a[row * k + j];
      const y = transposesB(product) ? b[column * k + j] : b[j * n + column];
      sum += x * y;
    }
    const error = Math.abs(sum - c[row * n + column]);
    if (!(error <= worst)) worst = error; // NaN too
  }
  return worst;
}
