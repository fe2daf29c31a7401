// Chains of tasks that wait for each other, as long as a program can make them.

import {
  AwaitCycleError,
  captureCallGraph,
  type Coroutine,
  formatCallGraph,
  formatTaskTable,
  formatTaskTree,
  type Future,
  type FutureCallGraph,
  sleep,
  type TasksSnapshot,
} from 'threadloop';
import { expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { sketch } from './snapshots.js';

const length = 50_000;

/** The depth to which lines step in. */
const drawnSteps = 60;

test('a call graph goes up a chain of any length', async () => {
  const loop = virtualLoop();
  const end = loop.createFuture<void>();
  let last: Future<void> = end;
  for (let index = 0; index < length; index += 1) {
    const waitedFor = last;
    const link = function* (): Coroutine<void> {
      yield* waitedFor;
    };
    last = loop.createTask(link(), { name: `task ${index}` });
  }
  await loop.runUntilComplete(() => sleep(1));

  // Without the stacks, which would take most of the time.
  let graph: FutureCallGraph | null | undefined = captureCallGraph(end, { limit: 0 });
  let depth = 0;
  for (; graph?.awaitedBy.length === 1; depth += 1) [graph] = graph.awaitedBy;
  expect(depth).toBe(length);
  const lines = formatCallGraph(end, { limit: 0 }).split('\n');
  const tasks = lines.filter((line) => line.includes('* Task('));
  expect(tasks).toHaveLength(length);
  expect(tasks[drawnSteps - 1]).toMatch(/^ {240}\* Task\(name='task 59'/);
  expect(tasks[drawnSteps]).toMatch(/^ {240}\(1 further in\) \* Task\(name='task 60'/);
  expect(tasks.at(-1)).toMatch(/^ {240}\(49940 further in\) \* Task\(name='task 49999'/);

  end.setResult();
  await loop.runUntilComplete(last);
});

/** Tasks with the ids from 1 on, each awaited by the next, and the last by the given one. */
function chain(lastAwaitedBy: readonly number[]): TasksSnapshot {
  const ids = Array.from({ length }, (_, index) => index + 1);
  const awaiters = (id: number): readonly number[] => (id === length ? lastAwaitedBy : [id + 1]);
  return sketch(
    0,
    Object.fromEntries(ids.map((id) => [id, { stack: ['link'], awaitedBy: awaiters(id) }])),
  );
}

test('tables and trees hold a chain of any length', () => {
  const snapshot = chain([]);
  expect(formatTaskTable(snapshot).split('\n')).toHaveLength(length + 2);
  const lines = formatTaskTree(snapshot).split('\n');
  // Each task with the function that it is in.
  expect(lines).toHaveLength(2 * length);
  expect(lines[0]).toBe('└── (T) Task-50000');
  expect(lines[drawnSteps]).toMatch(/^ {240}└── \(T\) Task-49970$/);
  expect(lines[drawnSteps + 2]).toMatch(/^ {240}\(2 further in\) └── \(T\) Task-49969$/);
});

test('a ring of any length is named', () => {
  let error: unknown = null;
  try {
    formatTaskTree(chain([1]));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(AwaitCycleError);
  expect((error as AwaitCycleError).cycles?.[0]).toHaveLength(length + 1);
});
