// Inputs that do not end and inputs that end their thread, on real threads, through the command.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { results, runCommand } from './run-command.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));
const inDirectory = (name: string): string => join(directory, name);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe.concurrent('a timeout', () => {
  test.for([
    ['slowly', 'an async function with a signal'],
    ['coroutine', 'a coroutine'],
    ['wrapped', 'a coroutine that a plain function returns'],
    ['deaf', 'an async function that hears nothing'],
    ['block', 'a synchronous loop without an end'],
  ] as const)('ends %s: %s', async ([name]) => {
    const input = '0\n10\n20\n';
    const endless = name === 'block' || name === 'deaf' ? input : input.replace('0\n', '99999\n');
    const args = ['map', `tasks.js#${name}`, '-', '--json', '--timeout', '600ms', '--loops', '1'];
    const { exitCode, answers } = await runCommand(args, { input: endless });
    expect([exitCode, results(answers)]).toEqual([1, ['TimeoutError', 10, 20]]);
    expect(answers[0]?.error).toMatchObject({
      message: 'timed out after 600 ms',
      code: 'ERR_TIMEOUT',
    });
  });

  test('lets a coroutine clean up', async () => {
    const path = inDirectory('tidied.txt');
    const args = ['map', 'tasks.js#tidy', '-', '--timeout', '50'];
    const { answers } = await runCommand(args, { input: path });
    expect(results(answers)).toEqual(['TimeoutError']);
    expect(readFileSync(path, 'utf8')).toBe('tidied\n');
  });

  test('counts from the start of each input, and not from when it was sent', async () => {
    // Six slots, but a synchronous function: each waits for those before it.
    const args = ['map', 'tasks.js#block', '--range', '200:206', '--timeout', '900'];
    const { exitCode } = await runCommand([...args, '--loops', '1', '--concurrency', '6']);
    expect(exitCode).toBe(0);
  });

  test('hits the one that blocks, and not its neighbours on the loop', async () => {
    const input = '0\n350\n351\n352\n';
    const { answers } = await runCommand(
      [
        'map',
        'tasks.js#mixed',
        '-',
        '--json',
        '--timeout',
        '1s',
        '--loops',
        '1',
        '--concurrency',
        '4',
      ],
      { input },
    );
    expect(results(answers)).toEqual(['TimeoutError', 350, 351, 352]);
  });
});

describe.concurrent('a thread that dies', () => {
  test('takes only the input that killed it', async () => {
    const args = ['map', 'tasks.js#exitOnSeven', '--range', '0:200', '--loops', '2'];
    const { exitCode, answers } = await runCommand(args);
    expect(exitCode).toBe(1);
    expect(results(answers)).toEqual(numbers(200).map((n) => (n === 7 ? 'LoopDiedError' : n)));
    expect(answers[7]?.error?.message).toMatch(/died: .*exit code 9/);
  });

  test('takes only that, also where several run at once', async () => {
    const range = ['--range', '0:60', '--loops', '1', '--concurrency', '10'];
    const { answers } = await runCommand(['map', 'tasks.js#exitOnSevenLater', ...range]);
    expect(results(answers)).toEqual(numbers(60).map((n) => (n === 7 ? 'LoopDiedError' : n)));
  });

  test('may do so again and again', async () => {
    const path = inDirectory('trace-exits.txt');
    const lines = numbers(12).map((n) => `${path} ${n % 2 === 0 ? `exit${n}` : n}`);
    const { answers } = await runCommand(['map', 'tasks.js#traced', '-', '--loops', '2'], {
      input: lines.join('\n'),
    });
    expect(results(answers)).toEqual(numbers(12).map((n) => (n % 2 ? `${n}` : 'LoopDiedError')));
  });

  test('may run out of memory', async () => {
    const args = ['--max-old-space-size=64'];
    const { answers } = await runCommand(['map', 'tasks.js#eat', '--range', '0:1'], {
      env: { NODE_OPTIONS: args.join(' ') },
    });
    expect(results(answers)).toEqual(['LoopDiedError']);
    expect(answers[0]?.error?.message).toMatch(/out of memory/);
  });
});
