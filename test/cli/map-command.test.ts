// The command at work: kinds of functions, inputs and outputs, concurrency and failures.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { fixtures, main, parseAnswers, results, runCommand, startCommand } from './run-command.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));
const inDirectory = (name: string): string => join(directory, name);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe.concurrent('a function', () => {
  test('is the default export, and its answers are lines of JSON in order', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['map', 'tasks.js', '--range', '-2:40']);
    expect(exitCode).toBe(0);
    const answers = parseAnswers(stdout);
    expect(answers.map(({ input }) => input)).toEqual(numbers(42).map((n) => n - 2));
    for (const { input, value, ms, loop } of answers) {
      expect(value).toBe((input as number) * 2);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(loop).toMatch(/^loop-\d+$/);
    }
    expect(stderr).toMatch(/^42 inputs answered in /);
    expect(stderr).not.toContain('\u001B');
  });

  test('is the only function where there is no default', async () => {
    const { answers } = await runCommand(['map', 'sole.js', '--range', '1:3', '--quiet']);
    expect(results(answers)).toEqual([-1, -2]);
  });

  test.for(['slowly', 'coroutine', 'wrapped', 'block', 'deaf'])(
    'may be of any kind: %s',
    async (name) => {
      const { exitCode, answers } = await runCommand([
        'map',
        `tasks.js#${name}`,
        '--range',
        '20:24',
      ]);
      expect([exitCode, results(answers)]).toEqual([0, [20, 21, 22, 23]]);
      // A timer may be early by less than its unit.
      for (const { input, ms } of answers) expect(ms).toBeGreaterThan((input as number) - 1.5);
    },
  );

  test('may be TypeScript', async () => {
    const { answers } = await runCommand(['map', 'typed.ts', '--range', '1:4']);
    expect(results(answers)).toEqual([0.5, 1, 1.5]);
  });

  test('may return what JSON does not hold', async () => {
    const kinds = ['undefined', 'bigint', 'circle', 'function', 'map', 'date'];
    const { exitCode, answers } = await runCommand(['map', 'tasks.js#value', '-'], {
      input: kinds.join('\n'),
    });
    expect(exitCode).toBe(1);
    expect(results(answers)).toEqual([
      null,
      'TypeError',
      'TypeError',
      'TypeError',
      {},
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  test('may print, without coming between the answers', async () => {
    const { stdout, stderr } = await runCommand(['map', 'tasks.js#print', '--range', '0:2']);
    expect(results(parseAnswers(stdout))).toEqual([0, 1]);
    expect(stderr).toMatch(/^printed 1$/m);
    expect(stderr).toMatch(/^written 1$/m);
  });
});

describe.concurrent('inputs', () => {
  test('are the paths of files', async () => {
    const { answers } = await runCommand(['map', 'sole.js', 'typed*.ts', '!typed.ts']);
    expect(answers.map(({ input }) => input)).toEqual(['typed-half.ts']);
  });

  test('are lines of a file or of standard input', async () => {
    const path = inDirectory('lines.txt');
    writeFileSync(path, '1\n\n3');
    const fromFile = await runCommand(['map', 'tasks.js', '--lines', path]);
    expect(fromFile.answers.map(({ input, value }) => [input, value])).toEqual([
      ['1', 2],
      ['', 0],
      ['3', 6],
    ]);
    const fromPipe = await runCommand(['map', 'tasks.js', '--lines', '-'], { input: '4\r\n5\r\n' });
    expect(results(fromPipe.answers)).toEqual([8, 10]);
  });

  test('may be none', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['map', 'tasks.js', '-'], { input: '' });
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^0 inputs answered/);
  });

  test('are answered as they come from a pipe that stays open', async () => {
    const { child, ended } = startCommand(['map', 'tasks.js', '-', '--quiet']);
    const seen: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    for (let round = 1; round <= 3; round += 1) {
      child.stdin?.write(`${round}\n`);
      await expect.poll(() => parseAnswers(seen.join('')).length).toBe(round);
    }
    child.stdin?.end();
    expect((await ended).exitCode).toBe(0);
  });
});

describe.concurrent('answers', () => {
  test('come in the order of the inputs, or as they are ready', async () => {
    const input = '300\n1\n2\n3\n';
    const args = ['map', 'tasks.js#slowly', '-', '--json', '--loops', '2'];
    const ordered = await runCommand(args, { input });
    expect(results(ordered.answers)).toEqual([300, 1, 2, 3]);
    const unordered = await runCommand([...args, '--unordered'], { input });
    expect(results(unordered.answers).at(-1)).toBe(300);
  });

  test('do not wait behind a slow input while another loop is idle', async () => {
    const input = `2000\n${'10\n'.repeat(20)}`;
    const args = ['map', 'tasks.js#block', '-', '--json', '--loops', '2', '--unordered'];
    const { answers } = await runCommand(args, { input });
    expect(results(answers).at(-1)).toBe(2000);
  });

  test('overwrite the file that they go to', async () => {
    const out = inDirectory('out.jsonl');
    writeFileSync(out, 'old\n'.repeat(1000));
    const { stdout } = await runCommand(['map', 'tasks.js', '--range', '0:3', '--out', out]);
    expect(stdout).toBe('');
    expect(results(parseAnswers(readFileSync(out, 'utf8')))).toEqual([0, 2, 4]);
  });

  test('end quietly when their reader goes away', async () => {
    const script = '{ "$@"; echo "exit $?" >&2; } | head -n 2';
    const args = [process.execPath, main, 'map', 'tasks.js', '--range', '0:10000000'];
    const child = spawn('sh', ['-c', script, 'sh', ...args], { cwd: fixtures });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect(results(parseAnswers(stdout))).toEqual([0, 2]);
    expect(stderr).toBe('exit 141\n');
  });

  test.for([
    ['a reader that is slow', 'long'],
    ['a function that is slow', 'deaf'],
  ] as const)('make the inputs wait for %s', async ([, name]) => {
    const { child, ended } = startCommand(['map', `tasks.js#${name}`, '-', '--json', '--quiet']);
    child.stdout?.pause();
    const lines = `${'9'.repeat(9)}\n`.repeat(10_000);
    let takenBytes = 0;
    // As much as the command takes within a time in which it could take a hundred times as much.
    const giveUp = AbortSignal.timeout(1500);
    while (!giveUp.aborted) {
      takenBytes += lines.length;
      if (child.stdin?.write(lines) === true) continue;
      await once(child.stdin as Writable, 'drain', { signal: giveUp }).catch(() => {});
    }
    expect(takenBytes).toBeLessThan(20 * lines.length);
    child.kill('SIGKILL');
    await ended;
  });

  test('of many lines take no more memory than those of a few', async () => {
    const [few, many] = [await peakMegabytes(20_000), await peakMegabytes(100_000)];
    expect(few).toBeGreaterThan(30);
    expect(many - few).toBeLessThan(50);
    expect(many).toBeLessThan(300);
  });
});

async function peakMegabytes(lineCount: number): Promise<number> {
  const preload = `import { isMainThread } from 'node:worker_threads';
    if (isMainThread) process.on('exit', () => {
      console.error('peak', process.resourceUsage().maxRSS / 1024);
    });`;
  const options = [
    // How much garbage V8 leaves lying differs between Nodes; a small nursery shows what is ours.
    '--max-semi-space-size=4',
    `--import=data:text/javascript,${encodeURIComponent(preload)}`,
  ];
  const out = join(directory, `${lineCount}.jsonl`);
  const { stderr } = await runCommand(['map', 'tasks.js', '-', '--loops', '2', '--out', out], {
    input: Array.from({ length: lineCount }, (_, index) => `${index}\n`).join(''),
    env: { NODE_OPTIONS: options.join(' ') },
  });
  return Number(/^peak ([\d.]+)$/m.exec(stderr)?.[1]);
}

describe.concurrent('concurrency', () => {
  test('is one input for each loop, unless more is asked for', async () => {
    const args = ['map', 'tasks.js#deaf', '--range', '300:308', '--loops', '2'];
    const speedUp = (stderr: string): number => Number(/speed-up ([\d.]+)/.exec(stderr)?.[1]);
    const [narrow, wide] = await Promise.all([
      runCommand(args),
      runCommand([...args, '--concurrency', '8']),
    ]);
    expect(speedUp(narrow.stderr)).toBeLessThan(2.1);
    expect(speedUp(wide.stderr)).toBeGreaterThan(3);
  });

  test('is never more than is asked for, also below the number of loops', async () => {
    const args = ['map', 'tasks.js#deaf', '--range', '50:54', '--loops', '4', '--concurrency', '1'];
    const { answers } = await runCommand(args);
    expect(new Set(answers.map(({ loop }) => loop)).size).toBe(1);
  });
});

describe.concurrent('a failure', () => {
  test('is an error line, and exit code 1', async () => {
    const path = inDirectory('trace-fail.txt');
    const input = `${path} a\n${path} throw\n${path} b\n`;
    const { exitCode, answers, stderr } = await runCommand(['map', 'tasks.js#traced', '-'], {
      input,
    });
    expect([exitCode, results(answers)]).toEqual([1, ['a', 'RangeError', 'b']]);
    expect(answers[1]?.error).toMatchObject({ message: 'told to throw' });
    expect(stderr).toMatch(/^3 inputs answered, 1 of them failed in/);
    expect(stderr).toMatch(/^first failure: ".*throw": RangeError: told to throw$/m);
  });

  test('is tried again', async () => {
    const path = inDirectory('trace-retry.txt');
    const input = `${path} throw\n${path} exit\n${path} fine\n`;
    const args = ['map', 'tasks.js#traced', '-', '--retries', '2', '--loops', '1'];
    const { answers, stderr } = await runCommand(args, { input });
    expect(results(answers)).toEqual(['RangeError', 'LoopDiedError', 'fine']);
    const trace = readFileSync(path, 'utf8').split('\n');
    expect(trace.filter((it) => it === 'throw')).toHaveLength(3);
    expect(trace.filter((it) => it === 'exit')).toHaveLength(3);
    expect(trace.filter((it) => it === 'fine')).toHaveLength(1);
    expect(stderr).toMatch(/4 retries/);
  });

  test('ends the run where it is told to', async () => {
    const path = inDirectory('trace-fast.txt');
    const lines = numbers(5000).map((n) => `${path} ${n === 20 ? 'throw' : n}`);
    const args = ['map', 'tasks.js#traced', '-', '--fail-fast', '--loops', '2'];
    const { exitCode, answers } = await runCommand(args, { input: lines.join('\n') });
    expect(exitCode).toBe(1);
    expect(results(answers)).toContain('RangeError');
    expect(answers.length).toBeLessThan(1500);
  });
});
