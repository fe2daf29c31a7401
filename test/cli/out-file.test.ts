// --out and --resume: whatever ends a run, and wherever, the next one makes the file whole.

import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAnswers, runCommand, startCommand } from './run-command.js';
import { seededRandom } from './simulated-runner.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Rounds for each order; each of them is killed several times. */
const seeds = [1, 2, 3];
const inputCount = 3000;
const maxKillCount = 4;

describe.concurrent('a run that was killed', () => {
  test.for(
    seeds.flatMap((seed) => [
      { seed, order: 'ordered' },
      { seed, order: 'unordered' },
    ]),
  )('is resumed to one line for each input: $order, seed $seed', async ({ seed, order }) => {
    const random = seededRandom(seed);
    const out = join(directory, `${order}-${seed}.jsonl`);
    // Every input twice: what is answered has to be counted.
    const inputs = Array.from({ length: inputCount }, (_, index) => `${index % (inputCount / 2)}`);
    const settings = { input: inputs.join('\n') };
    const args = ['map', 'tasks.js#long', '-', '--out', out, '--resume', '--loops', '2'];
    if (order === 'unordered') args.push('--unordered');
    for (let kill = 0; kill < maxKillCount; kill += 1) {
      const { child, ended } = startCommand(args, settings);
      await pause(60 + random(300));
      child.kill('SIGKILL');
      await ended;
      // As a write that was cut off would leave it.
      if (random(2) === 0) appendFileSync(out, '{"input":"7","val');
    }
    const last = await runCommand(args, settings);
    expect(last.exitCode).toBe(0);
    const answered = parseAnswers(readFileSync(out, 'utf8')).map(({ input }) => input as string);
    expect(answered.sort()).toEqual(inputs.sort());
  });
});

describe.concurrent('a run that is resumed', () => {
  const out = (name: string): string => join(directory, `${name}.jsonl`);

  test('does only what is left, and begins anew where there is no file', async () => {
    const args = ['map', 'tasks.js', '--out', out('left'), '--resume'];
    const first = await runCommand([...args, '--range', '0:5']);
    expect(first.stderr).toMatch(/^5 inputs answered in/);
    const second = await runCommand([...args, '--range', '0:8']);
    expect(second.stderr).toMatch(/^3 inputs answered, 5 answered before in/);
    const third = await runCommand([...args, '--range', '6:8']);
    expect(third.stderr).toMatch(/^0 inputs answered, 2 answered before in/);
    expect(third.stderr).toMatch(/^6 answers found that belong to no input of this run$/m);
    const answers = parseAnswers(readFileSync(out('left'), 'utf8'));
    expect(answers.map(({ input }) => input)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('does not repeat failures, but speaks for them by its exit code', async () => {
    const args = [
      'map',
      'tasks.js#exitOnSeven',
      '--out',
      out('failed'),
      '--range',
      '5:9',
      '--resume',
    ];
    expect((await runCommand(args)).exitCode).toBe(1);
    const again = await runCommand(args);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(/^0 inputs answered, 4 answered before/);
  });

  test('knows inputs that are JSON by their content', async () => {
    const args = ['map', 'tasks.js', '-', '--json', '--out', out('json'), '--resume'];
    await runCommand(args, { input: '{"a": 1}\n[1.0]\n' });
    const again = await runCommand(args, { input: '[ 1 ]\n{"a":1}\n"new"\n' });
    expect(again.stderr).toMatch(/^1 input answered, 2 answered before/);
  });
});
