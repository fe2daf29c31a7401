import { AwaitCycleError, formatTaskTree } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { thrownBy } from '../thrown-by.js';
import { sketch } from './snapshots.js';

const frame = (name: string): string => ` ${name} /home/ada/${name}.js:7`;

describe('formatTaskTree()', () => {
  test('gathers children below the frame that waits for them, and draws every fork', () => {
    const tree = formatTaskTree(
      sketch(0, {
        1: { name: 'main', stack: ['gatherAll', 'main'] },
        2: { name: 'one', stack: ['work'], awaitedBy: [1] },
        3: { name: 'two', stack: ['work'], awaitedBy: [1] },
      }),
    );
    expect(tree.split('\n')).toEqual([
      '└── (T) main',
      `    └── ${frame('main')}`,
      `        └── ${frame('gatherAll')}`,
      '            ├── (T) one',
      `            │   └── ${frame('work')}`,
      '            └── (T) two',
      `                └── ${frame('work')}`,
    ]);
  });

  test('draws a task below each of those that wait for it', () => {
    const tree = formatTaskTree(
      sketch(0, { 1: { name: 'a' }, 2: { name: 'b' }, 3: { name: 'shared', awaitedBy: [1, 2] } }),
    );
    expect(tree.split('\n')).toEqual([
      '└── (T) a',
      '    └── (T) shared',
      '└── (T) b',
      '    └── (T) shared',
    ]);
  });

  test('keeps the frames of a task that waits for several in one line of descent', () => {
    const tree = formatTaskTree(
      sketch(0, { 1: { stack: ['f'] }, 2: { awaitedBy: [1] }, 3: { awaitedBy: [1] } }),
    );
    expect(tree.match(/ f /g)).toHaveLength(1);
  });

  test('names functions that have no position by their names alone', () => {
    const snapshot = sketch(0, { 1: { name: 'main' } });
    const stack = [
      { functionName: 'work', file: null, line: null, column: null, kind: 'async function' },
    ] as const;
    const tasks = snapshot.tasks.map((task) => ({ ...task, stack }));
    expect(formatTaskTree({ ...snapshot, tasks })).toBe('└── (T) main\n    └──  work');
  });

  test('puts tasks whose awaiter is missing below one that is unknown', () => {
    const tree = formatTaskTree(sketch(0, { 1: { name: 'orphan', awaitedBy: [99] } }));
    expect(tree).toBe('└── (T) Unknown\n    └── (T) orphan');
  });

  test('draws the tasks of several threads', () => {
    expect(formatTaskTree(sketch(0, { 1: { name: 'a' } }), sketch(1, { 2: { name: 'b' } }))).toBe(
      '└── (T) a\n└── (T) b',
    );
  });

  test('refuses rings, and names them', () => {
    const ring = sketch(0, {
      1: { name: 'a', awaitedBy: [2] },
      2: { name: 'b', awaitedBy: [1] },
      3: { name: 'narcissus', awaitedBy: [3] },
      4: { name: 'bystander', awaitedBy: [1] },
    });
    const error = thrownBy(() => formatTaskTree(ring));
    expect(error).toBeInstanceOf(AwaitCycleError);
    expect((error as AwaitCycleError).cycles).toEqual([
      [2, 1, 2],
      [3, 3],
    ]);
    expect((error as AwaitCycleError).message).toBe(
      'await-graph contains cycles - cannot print a tree!\n\n' +
        'cycle: b -> a -> b\ncycle: narcissus -> narcissus',
    );
  });

  test('finds two rings that share a task', () => {
    const rings = sketch(0, {
      1: { awaitedBy: [2, 3] },
      2: { awaitedBy: [1] },
      3: { awaitedBy: [1] },
    });
    const { cycles } = thrownBy(() => formatTaskTree(rings)) as AwaitCycleError;
    expect(cycles).toHaveLength(2);
  });
});
