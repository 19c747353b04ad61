/** Times {@code next(ids, first)}, the token after some ids: of so many prompts, and of so many tokens after each. */
export async function generated({ prompt, count, times }, next) {
  let prefillMillis = 0;
  let millis = 0;
  let tokens;
  for (let i = 0; i < times; i++) {
    const first = await timed(() => next(prompt, true));
    prefillMillis += first.millis;
    tokens = [first.value];
    const rest = await timed(async () => {
      for (let j = 0; j < count; j++) tokens.push(await next([...prompt, ...tokens], false));
    });
    millis += rest.millis;
  }
  return { prefillMillis, millis, tokens };
}

/** Milliseconds of work that ends with a read-back, and what it came to. */
export async function timed(work) {
  const start = performance.now();
  const value = await work();
  return { millis: performance.now() - start, value };
}
