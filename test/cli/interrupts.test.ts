// Ctrl-C: the first ends the run in order, the second at once.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAnswers, startCommand } from './run-command.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Signals a run once it has given its first answer. */
async function interrupt(
  args: readonly string[],
  signals: readonly NodeJS.Signals[],
): Promise<{ exitCode: number | null; stdout: string; stderr: string; tookMs: number }> {
  const { child, ended } = startCommand(['map', ...args]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const startedAtMs = performance.now();
  for (const signal of signals) {
    child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { exitCode, stdout, stderr } = await ended;
  return { exitCode, stdout, stderr, tookMs: performance.now() - startedAtMs };
}

describe.concurrent('the first Ctrl-C', () => {
  test('lets running inputs finish, begins no other, and says so', async () => {
    const args = ['tasks.js#slowly', '-', '--json', '--loops', '2', '--concurrency', '2'];
    const { child, ended } = startCommand(['map', ...args], {
      input: `50\n2000\n${'1900\n'.repeat(100)}`,
    });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    const { exitCode, answers, stderr } = await ended;
    expect(exitCode).toBe(130);
    expect(answers.map(({ value }) => value)).toEqual([50, 2000, 1900]);
    expect(stderr).toMatch(/^threadloop: stopping: .* press Ctrl-C again to end at once$/m);
    expect(stderr).toMatch(/^3 inputs answered/m);
  });

  test('leaves whole lines in the file', async () => {
    const out = join(directory, 'out.jsonl');
    const args = ['tasks.js#long', '--range', '0:1000000', '--out', out];
    const { child, ended } = startCommand(['map', ...args]);
    await expect.poll(() => sizeOf(out)).toBeGreaterThan(0);
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
    const inputs = parseAnswers(readFileSync(out, 'utf8')).map(({ input }) => input as number);
    expect(inputs).toEqual([...inputs].sort((a, b) => a - b));
    expect(inputs.length).toBeLessThan(1_000_000);
  });

  test('leaves the file alone while the module is still loading', async () => {
    const out = join(directory, 'kept.jsonl');
    writeFileSync(out, 'precious\n');
    const { child, ended } = startCommand([
      'map',
      'loads-slowly.js',
      '--range',
      '0:5',
      '--out',
      out,
    ]);
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
    expect(readFileSync(out, 'utf8')).toBe('precious\n');
  });

  test('ends a run that waits for its inputs', async () => {
    const { child, ended } = startCommand(['map', 'tasks.js', '-']);
    child.stdin?.write('1\n');
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
  });
});

test.concurrent('the second Ctrl-C ends at once', async () => {
  const { child, ended } = startCommand(['map', 'tasks.js#block', '-', '--json', '--loops', '1'], {
    input: '1\n0\n',
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(child.exitCode).toBe(null);
  const startedAtMs = performance.now();
  child.kill('SIGINT');
  expect((await ended).exitCode).toBe(130);
  expect(performance.now() - startedAtMs).toBeLessThan(5_000);
});

test.concurrent('SIGTERM ends in order too, with an exit code of its own', async () => {
  const args = ['tasks.js#slowly', '--range', '100:1000'];
  const { exitCode, stdout } = await interrupt(args, ['SIGTERM']);
  expect(exitCode).toBe(143);
  expect(parseAnswers(stdout).length).toBeLessThan(20);
});

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}
