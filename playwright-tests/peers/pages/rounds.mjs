/** Milliseconds of work that ends with a read-back, and what it came to. */
export async function timed(work) {
  const start = performance.now();
  const value = await work();
  return { millis: performance.now() - start, value };
}
