// Every example runs as its header says, prints what its header says, and ends by itself.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = readdirSync(`${root}examples`).filter((name) => /^\d\d-.*\.ts$/.test(name));

/** From Node 24 on, Node takes TypeScript and `await using` as they are; before, tsx does. */
const nodeArgs = Number.parseInt(process.versions.node, 10) >= 24 ? [] : ['--import', 'tsx'];

/** A busy machine starts three threads and tsx in some seconds. */
const limitMs = 30_000;

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

async function runExample(name: string): Promise<Ended> {
  const args = [...nodeArgs, `examples/${name}`];
  // Node's own warnings that a feature is new are not the example's.
  const options = { cwd: root, timeout: limitMs, env: { ...process.env, NODE_NO_WARNINGS: '1' } };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr });
    });
  });
}

/** What stands below `// Prints:` in the header. */
function promisedOutput(name: string): string {
  const lines = readFileSync(`${root}examples/${name}`, 'utf8').split('\n');
  const start = lines.indexOf('// Prints:') + 1;
  const end = lines.findIndex((line, index) => index >= start && !line.startsWith('//'));
  return lines
    .slice(start, end)
    .map((line) => `${line.replace(/^\/\/ {3}/, '')}\n`)
    .join('');
}

describe.concurrent('the examples', () => {
  test.for(examples)('%s prints what it promises', { timeout: limitMs }, async (name) => {
    expect(await runExample(name)).toEqual({ code: 0, stdout: promisedOutput(name), stderr: '' });
  });

  test('are numbered from 00 on, none like another', () => {
    const numbers = examples.map((name) => Number(name.slice(0, 2)));
    expect(numbers[0]).toBe(0);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.length).toBeGreaterThanOrEqual(7);
  });

  test.for(examples)('%s promises something, and says how to run it', (name) => {
    const text = readFileSync(`${root}examples/${name}`, 'utf8');
    expect(promisedOutput(name)).not.toBe('');
    expect(text).toMatch(`// Run: node examples/${name}   (before Node 24: npx tsx `);
  });
});
