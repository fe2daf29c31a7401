/**
 * `npm run bench`: fetches the peers when they are missing or old, compiles the benchmark and runs it.
 * Plain JavaScript, since nothing is compiled yet. Takes the options of main.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const lock = `${here}package-lock.json`;
const installed = `${here}node_modules/.package-lock.json`;
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  const options = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
  run('npm', ['ci', '--prefix', here, ...options]);
}
run(process.execPath, [tsc, '-p', here]);
run(process.execPath, [`${here}dist/main.js`, ...process.argv.slice(2)]);
