import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { formatFrame, parseStack } from '#src/loop/stack-frame.js';

const own = new URL('../../dist/src/loop/', import.meta.url);
const ownSource = fileURLToPath(new URL('../../src/loop/task.ts', import.meta.url));

function parse(...lines: string[]): string[] {
  return parseStack(lines.join('\n'), 'stepTask').map(
    ({ functionName, file, line, column, kind }) =>
      `${kind} ${functionName} ${file}:${line}:${column}`,
  );
}

describe('parseStack()', () => {
  test('reads functions, methods, async frames and frames without a name', () => {
    expect(
      parse(
        'RangeError: too far',
        '    at visit (/home/ada/tasks.js:3:4)',
        `    at Crawler.visit (${pathToFileURL('/home/ada/the tasks.js').href}:5:6)`,
        '    at async Object.crawl [as run] (/home/ada/tasks.js:7:8)',
        '    at /home/ada/tasks.js:9:10',
        '    at async /home/ada/tasks.js:11:12',
        '    at new Crawler (data:text/javascript,1:13:14)',
      ),
    ).toEqual([
      'function visit /home/ada/tasks.js:3:4',
      'function Crawler.visit /home/ada/the tasks.js:5:6',
      'async function Object.crawl [as run] /home/ada/tasks.js:7:8',
      'function <anonymous> /home/ada/tasks.js:9:10',
      'async function <anonymous> /home/ada/tasks.js:11:12',
      'function new Crawler data:text/javascript,1:13:14',
    ]);
  });

  test('knows generators by their resumption', () => {
    expect(
      parse(
        '    at inner (/home/ada/tasks.js:1:1)',
        '    at inner.next (<anonymous>)',
        '    at outer (/home/ada/tasks.js:2:2)',
        '    at outer.throw (<anonymous>)',
        '    at start (/home/ada/tasks.js:3:3)',
      ),
    ).toEqual([
      'coroutine inner /home/ada/tasks.js:1:1',
      'coroutine outer /home/ada/tasks.js:2:2',
      'function start /home/ada/tasks.js:3:3',
    ]);
  });

  test('leaves out frames of this package, of the inside of Node and of built-in functions', () => {
    expect(
      parse(
        `    at Task.step (${own.href}task.js:1:2)`,
        `    at Task.step (${ownSource}:1:2)`,
        '    at Array.map (<anonymous>)',
        '    at async Promise.all (index 0)',
        '    at readFileSync (node:fs:1:2)',
        '    at AsyncResource.runInAsyncScope (node:async_hooks:1:2)',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:1:2)',
        '    at eval (eval at main (/home/ada/tasks.js:1:2), <anonymous>:3:4)',
      ),
    ).toEqual(['function readFileSync node:fs:1:2']);
  });

  test('ends at the function of ours that it is given, and not at one of others', () => {
    const lines = [
      '    at stepTask (/home/ada/tasks.js:1:1)',
      `    at stepTask (${own.href}task-stack.js:1:2)`,
      '    at main (/home/ada/tasks.js:2:2)',
    ];
    expect(parse(...lines)).toEqual(['function stepTask /home/ada/tasks.js:1:1']);
  });

  test('keeps frames of this package where there are no others, without its iterators', () => {
    const lines = [
      `    at FutureWait.next (${own.href}future-wait.js:1:2)`,
      `    at #acquire (${own.href}lock.js:3:4)`,
    ];
    expect(parse(...lines)).toEqual([`function #acquire ${fileURLToPath(own)}lock.js:3:4`]);
  });

  test('makes nothing of what is no stack', () => {
    expect(parse('')).toEqual([]);
    expect(parse('at home', 'Error: at sea (1:2)', '    at (x)')).toEqual([]);
    expect(parse('    at f (file://%zz/a.js:1:2)')).toEqual(['function f file://%zz/a.js:1:2']);
  });
});

describe('formatFrame()', () => {
  const frame = { functionName: 'f', file: "/home/ada's/tasks.js", line: 3, column: 4 };
  test.for([
    ['function', 'f()'],
    ['coroutine', 'async f()'],
    ['async function', 'async f()'],
    ['async generator', 'async generator f()'],
  ] as const)('prints a %s as asyncio does', ([kind, text]) => {
    expect(formatFrame({ ...frame, kind })).toBe(`File "/home/ada's/tasks.js", line 3, in ${text}`);
  });

  test('names what has no position', () => {
    const unplaced = { functionName: 'f', file: null, line: null, column: null } as const;
    expect(formatFrame({ ...unplaced, kind: 'async function' })).toBe('async function f');
  });
});
