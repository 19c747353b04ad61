#!/usr/bin/env node
// npm's solc under the command line that forge expects, so that forge fetches no compiler: --version, or JSON in and out.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../target/contracts/', import.meta.url));
const solc = require('solc');
if (process.argv.includes('--version')) {
    console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
    const library = (path) => ({ contents: readFileSync(path, 'utf8') }); // forge runs this in the folder of foundry.toml
    process.stdout.write(solc.compile(readFileSync(0, 'utf8'), { import: library }));
}
