// Compiles ComputePool.sol, with the libraries of node_modules, to ComputePool.abi and ComputePool.bin in this folder; given
// the path of another contract, prints its creation code in hex instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import solc from 'solc';

const GUARD_IN_TRANSIENT_STORAGE = '2394'; // a warning that its use for a guard against re-entrance is safe
const source = process.argv[2] ?? 'ComputePool.sol', name = basename(source);
const input = {
    language: 'Solidity',
    sources: { [name]: { content: readFileSync(source, 'utf8') } },
    settings: {
        ...JSON.parse(readFileSync('settings.json', 'utf8')),
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
};
const imported = (path) => ({ contents: readFileSync(`node_modules/${path}`, 'utf8') });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
const complaints = (output.errors ?? []).filter(({ errorCode }) => errorCode !== GUARD_IN_TRANSIENT_STORAGE);
for (const { formattedMessage } of complaints) console.error(formattedMessage);
if (complaints.length > 0) process.exit(1);
const { abi, evm } = output.contracts[name][basename(name, '.sol')];
if (process.argv[2]) {
    process.stdout.write(evm.bytecode.object);
} else {
    writeFileSync('ComputePool.abi', JSON.stringify(abi));
    writeFileSync('ComputePool.bin', evm.bytecode.object);
}
