// Wrong usage: one line that names the thing and the mend, exit code 2, and nothing touched.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCommand } from './run-command.js';

const directory = mkdtempSync(join(tmpdir(), 'threadloop-'));
afterAll(() => rmSync(directory, { recursive: true }));
const inDirectory = (name: string): string => join(directory, name);

writeFileSync(inDirectory('lines.jsonl'), '1\n2\n{oops}\n4\n');
writeFileSync(inDirectory('other.jsonl'), '{"hello":"world"}\n');
writeFileSync(inDirectory('keep.jsonl'), 'precious\n');

describe.concurrent('wrong usage', () => {
  test.for([
    ['no command', [], /no command given/],
    ['an unknown command', ['mop'], /unknown command 'mop'/],
    ['no module', ['map'], /missing required argument 'MODULE\[#export\]'; see threadloop map/],
    ['an unknown option', ['map', 'tasks.js', '--quick'], /unknown option '--quick'/],
    [
      'an option without its value',
      ['map', 'tasks.js', '--range'],
      /'--range <A:B>' argument miss/,
    ],
    ['no inputs', ['map', 'tasks.js'], /no inputs given; name files by a glob/],
    ['two kinds of input', ['map', 'tasks.js', 'x', '--range', '0:1'], /got files and --range/],
    ['no loops', ['map', 'tasks.js', '--range', '0:1', '--loops', '0'], /--loops must be .*'0'/],
    ['odd loops', ['map', 'tasks.js', '--range', '0:1', '--loops', 'abc'], /--loops must .*'abc'/],
    ['a bad range', ['map', 'tasks.js', '--range', '5'], /--range must be A:B/],
    ['no such module', ['map', 'none.js', '--range', '0:1'], /module not found: 'none.js'/],
    ['a module that lacks a file', ['map', 'imports-nothing.js', '--range', '0:1'], /none\.js/],
    [
      'no such export',
      ['map', 'tasks.js#nope', '--range', '0:1'],
      /has no export 'nope'; it has the exports .*coroutine, .*default/,
    ],
    [
      'an export that is no function',
      ['map', 'tasks.js#notAFunction', '--range', '0:1'],
      /not a fu/,
    ],
    ['a class', ['map', 'tasks.js#Thing', '--range', '0:1'], /'Thing' .* is a class/],
    [
      'a module that throws while it loads',
      ['map', 'throws.js', '--range', '0:1'],
      /cannot load 'throws\.js': Error: no such luck \(at file:.*throws\.js:3:7\)/,
    ],
    [
      'a module that ends its thread',
      ['map', 'exits.js', '--range', '0:1'],
      /cannot load 'exits\.js': its thread ended/,
    ],
    ['a glob without a match', ['map', 'tasks.js', '*.py'], /no file matches '\*\.py'/],
    [
      'no such file of lines',
      ['map', 'tasks.js', '--lines', 'none'],
      /cannot read 'none': no such/,
    ],
    [
      'a line that is not JSON',
      ['map', 'tasks.js', '--lines', inDirectory('lines.jsonl'), '--json'],
      /lines\.jsonl:3: not JSON/,
    ],
    [
      'a file that cannot be written',
      ['map', 'tasks.js', '--range', '0:1', '--out', inDirectory('no/such/file')],
      /cannot write '.*file': no such file or directory; make its directory first/,
    ],
    [
      'a directory to write to',
      ['map', 'tasks.js', '--range', '0:1', '--out', directory],
      /cannot write '.*': illegal operation on a directory/,
    ],
    [
      'a file that is input and output',
      ['map', 'tasks.js', inDirectory('keep.jsonl'), '--out', inDirectory('keep.jsonl')],
      /keep\.jsonl' is an input and the --out file too/,
    ],
    [
      'nothing to resume',
      ['map', 'tasks.js', '--range', '0:1', '--resume'],
      /--resume needs --out/,
    ],
    [
      'a file of something else to resume',
      ['map', 'tasks.js', '--range', '0:1', '--resume', '--out', inDirectory('other.jsonl')],
      /other\.jsonl:1: no answer of an earlier run: \{"hello":"world"\}/,
    ],
  ] as const)('is told for %s', async ([, args, message]) => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(message);
    expect(lines.at(-1)).toMatch(/^threadloop: /);
    if (args.length > 0) expect(lines).toHaveLength(1);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test('leaves the output file alone', async () => {
    const out = inDirectory('keep.jsonl');
    for (const module of ['tasks.js#nope', 'throws.js']) {
      expect((await runCommand(['map', module, '--range', '0:1', '--out', out])).exitCode).toBe(2);
    }
    const lines = ['--lines', inDirectory('lines.jsonl'), '--json', '--out', out];
    expect((await runCommand(['map', 'tasks.js', ...lines])).exitCode).toBe(2);
    expect(readFileSync(out, 'utf8')).toBe('precious\n');
    const fresh = inDirectory('fresh.jsonl');
    await runCommand(['map', 'tasks.js#nope', '--range', '0:1', '--out', fresh]);
    expect(existsSync(fresh)).toBe(false);
  });

  test('tells of a line of a pipe that is not JSON, behind the answers before it', async () => {
    const { exitCode, answers, stderr } = await runCommand(['map', 'tasks.js', '-', '--json'], {
      input: '1\n2\nx\n4\n',
    });
    expect(exitCode).toBe(2);
    expect(answers.map(({ input, value }) => [input, value])).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(stderr).toMatch(/^threadloop: standard input:3: not JSON/m);
  });
});

describe.concurrent('help', () => {
  test('shows the options with examples and exit codes', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['map', '--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: threadloop map/);
    expect(stdout).toMatch(/Examples:\n {2}\$ threadloop map/);
    expect(stdout).toMatch(/Exit codes:/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('tells the version of the package', async () => {
    const { stdout } = await runCommand(['--version']);
    const path = new URL('../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    expect(stdout).toBe(`${version}\n`);
  });
});
