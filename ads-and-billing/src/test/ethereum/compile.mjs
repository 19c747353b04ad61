// Prints the creation bytecode of OwnedWallet.sol in hex.
import { readFileSync } from 'node:fs';
import solc from 'solc';

const input = {
    language: 'Solidity',
    sources: { 'OwnedWallet.sol': { content: readFileSync('OwnedWallet.sol', 'utf8') } },
    settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun', outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
if (errors.length > 0) {
    console.error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
    process.exit(1);
}
process.stdout.write(output.contracts['OwnedWallet.sol'].OwnedWallet.evm.bytecode.object);
