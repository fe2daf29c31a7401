// What a contender's process has printed, as figures or as the reason why there are none.
// A process is started where its end is the subject.

import { expect, test } from 'vitest';
import { readFigures, readProblem, runCommand } from '../../../bench/run/child-process.js';

const run = (code: string, limitMs = 10_000) =>
  runCommand({ file: process.execPath, args: ['-e', code], limitMs });

test('figures are the last line, whatever a library has printed before', () => {
  const figures = { rate: 1.5 };
  expect(readFigures('hello\n{"a":1}\n\n{"rate":1.5}\n')).toEqual({ figures });
});

test.for(['', 'hello', '[1]', '{"rate":"fast"}', 'null'])('%j holds no figures', (text) => {
  expect(readFigures(text)).toHaveProperty('problem');
});

test('the reason is the line that names the error', () => {
  const node = 'file.js:3\n  throw x;\n  ^\n\nError: it hung\n    at f (file.js:3)\n\nNode.js v20';
  expect(readProblem(node)).toBe('it hung');
  expect(readProblem('Traceback:\n  File "a.py"\nAssertionError: wrong')).toMatch(/wrong$/);
  expect(readProblem('TypeError [ERR_X]: no\n  at g')).toBe('TypeError [ERR_X]: no');
  expect(readProblem('')).toBeNull();
});

test('a process that fails, hangs or is not there is told of, and nothing throws', async () => {
  expect(await run('console.log(JSON.stringify({ rate: 2 }))')).toEqual({ figures: { rate: 2 } });
  expect(await run('throw new Error("it broke")')).toEqual({ problem: 'it broke' });
  expect(await run('process.exit(3)')).toEqual({ problem: 'ended with 3' });
  expect(await run('for (;;);', 100)).toEqual({ problem: 'not done after 0.1 s' });
  const missing = { file: './no-such-file', args: [], limitMs: 1_000 };
  expect(await runCommand(missing)).toEqual({ problem: expect.stringContaining('ENOENT') });
});
