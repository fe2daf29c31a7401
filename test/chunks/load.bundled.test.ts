// What a user sees who bundles a program: threads start from files, which are not in a bundle.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { expect, onTestFinished, test } from 'vitest';

/** Inside the package, where its name leads to it. */
const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

const program = `import { run, sleep } from 'threadloop';
console.log(await run(() => sleep(0, 'ran')));`;

async function runBundled(external: readonly string[]): Promise<string> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bundled-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [input, file] = [join(folder, 'program.mjs'), join(folder, 'bundle.mjs')];
  await writeFile(input, program);
  const outside = [/^node:/u, 'comlink', 'piscina', ...external];
  const output = { file, codeSplitting: false };
  await build({ input, external: outside, platform: 'node', logLevel: 'silent', output });
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return stdout;
}

test('a program runs whose bundler leaves the package outside', async () => {
  expect(await runBundled(['threadloop'])).toBe('ran\n');
});

test('one that has the package in it says so, and what to do', async () => {
  await expect(runBundled([])).rejects.toThrow(/part of a bundle.*leave 'threadloop' outside/su);
});
