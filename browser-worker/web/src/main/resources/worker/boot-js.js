// Boots the JavaScript build in a module Web Worker. Commands that arrive while it loads are kept; WorkerMain takes them over.
self.earlyCommands = [];
self.onmessage = event => self.earlyCommands.push(event.data);

const { main } = await import('./worker.js');
main([]);
