/** asyncio's test_tools: tables and trees of snapshots that were written by hand. */
import { formatTaskTable, formatTaskTree } from 'threadloop';
import { expect } from 'vitest';
import { keepRows, scenario } from '../conformance/scenario.js';
import { sketch } from './snapshots.js';

keepRows('task-table');

/** The cells of each row; none of them holds two spaces in a row. */
function rowsOf(table: string): string[][] {
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.trimEnd().split(/ {2,}/));
}

scenario('A-177', 'tasks are drawn as trees, from awaiters through their frames', () => {
  const nothing = sketch(1, {});
  expect(formatTaskTree(nothing)).toBe('');
  expect(rowsOf(formatTaskTable(nothing))).toEqual([]);

  const independent = sketch(1, { 2: { name: 'a' }, 3: { name: 'b' } });
  expect(formatTaskTree(independent)).toBe('└── (T) a\n└── (T) b');

  const single = sketch(1, {
    2: { name: 'Task-1', stack: ['awaiter1', 'main'] },
    3: { name: 'timer', awaitedBy: [2] },
  });
  expect(formatTaskTree(single)).toBe(
    [
      '└── (T) Task-1',
      '    └──  main /home/ada/main.js:7',
      '        └──  awaiter1 /home/ada/awaiter1.js:7',
      '            └── (T) timer',
    ].join('\n'),
  );
});

scenario('A-179', 'the table has a row for each task and each of its awaiters', () => {
  const snapshot = sketch(1, {
    2: { name: 'Task-1', stack: ['coro2', 'coro1'] },
    31: { name: 'timer', stack: ['sleep'], awaitedBy: [2, 255] },
  });
  const table = formatTaskTable(snapshot);
  expect(rowsOf(table)).toEqual([
    ['1', '0x2', 'Task-1', 'coro2 -> coro1', '0x0'],
    ['1', '0x1f', 'timer', 'sleep', 'coro2 -> coro1', 'Task-1', '0x2'],
    ['1', '0x1f', 'timer', 'sleep', 'Unknown', '0xff'],
  ]);
  const [head = '', rule = '', row = ''] = table.split('\n');
  expect(head.split(/ {2,}/)).toEqual([
    'tid',
    'task id',
    'task name',
    'coroutine stack',
    'awaiter chain',
    'awaiter name',
    'awaiter id',
    '',
  ]);
  expect(rule).toBe('-'.repeat(180));
  expect(row.indexOf('0x0')).toBe(head.indexOf('awaiter id'));
});
