// The tokens of every step and rival: a short cycle, so that the loss must fall.
export function tokenBatch({ batch, context }) {
  const length = batch * context;
  const ids = Int32Array.from({ length: length + 1 }, (_, i) => (i * 7 + 3) % 13);
  return { ids, inputs: ids.slice(0, length), targets: ids.slice(1) };
}
