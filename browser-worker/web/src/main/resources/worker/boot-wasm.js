// Boots the WebAssembly GC build of the same sources; see boot-js.js.
self.earlyCommands = [];
self.onmessage = event => self.earlyCommands.push(event.data);

const { load } = await import('./worker.wasm-runtime.js');
const { exports } = await load(new URL('./worker.wasm', import.meta.url).href);
exports.main([]);
