// The contract's part of the build, twice run by Maven (pom.xml): with no argument it installs the compiler and the libraries
// in target/contracts and compiles; with "wrapper" it hands the Java class that was generated since then to javac. What
// has not changed is not done again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = dirname(fileURLToPath(import.meta.url)), target = join(sources, '../target/contracts');
const COMPILER = ['package.json', 'package-lock.json', '.npmrc'], CONTRACT = ['ComputePool.sol', 'settings.json', 'compile.mjs'];
const WRAPPER = 'org/decentralizedai/billing/contract/ComputePool.java';

const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Runs `make` when the files' content has changed since the last time that it went well. */
function whenChanged(name, files, make) {
    const stamp = join(target, `${name}.stamp`), hash = createHash('sha256');
    for (const file of files) hash.update(readFileSync(join(sources, file))).update('\0');
    const now = hash.digest('hex');
    if (read(stamp) === now) return;
    rmSync(stamp, { force: true });
    for (const file of files) cpSync(join(sources, file), join(target, file));
    make();
    writeFileSync(stamp, now);
}

const run = (command, ...args) => execFileSync(command, args, { cwd: target, stdio: ['ignore', 'ignore', 'inherit'] });

if (process.argv[2] === 'wrapper') {
    const made = join(target, 'wrapper', WRAPPER), compiled = join(target, '../generated-sources/contract', WRAPPER);
    if (read(made) !== read(compiled)) cpSync(made, compiled);
} else {
    mkdirSync(target, { recursive: true });
    whenChanged('compiler', COMPILER, () => run('npm', 'ci', '--loglevel=error'));
    whenChanged('contract', [...COMPILER, ...CONTRACT], () => run('node', 'compile.mjs'));
}
