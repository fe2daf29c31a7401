/**
 * Many tasks that do nothing, gathered: what a task costs from its making to its result.
 * Each gives 1, and the sum is checked.
 */
import type { Coroutine } from 'threadloop';
import { pythonContenders, type Row } from '../row.js';
import { threadloop } from '../subject.js';
import { fullOnly, measurePasses, passesOnBothLoops, rateFigure } from './both-loops.js';

const taskCount = 200_000;

function* one(): Coroutine<number> {
  return 1;
}

async function oneLater(): Promise<number> {
  return 1;
}

function sumOf(answers: readonly number[]): number {
  return answers.reduce((sum, answer) => sum + answer, 0);
}

function* gatherAll(count: number): Coroutine<number> {
  return sumOf(yield* threadloop.gather(Array.from({ length: count }, one)));
}

async function withPromises(count: number): Promise<number> {
  return sumOf(await Promise.all(Array.from({ length: count }, oneLater)));
}

async function withEffect(count: number): Promise<number> {
  const { Effect } = await import('effect');
  const tasks = Array.from({ length: count }, () => Effect.sync(() => 1));
  return sumOf(await Effect.runPromise(Effect.all(tasks, { concurrency: 'unbounded' })));
}

/** See above. */
export const row: Row = {
  id: 'loop/gather',
  title: '200 000 no-op coroutine tasks, gathered',
  awaited: 'all tasks, and the sum of what they give',
  inFlight: '200 000',
  clock: 'from making the first task to the sum',
  figures: {
    rate: {
      title: 'tasks',
      ...rateFigure,
      targets: [{ text: 'at least 1 M/s', of: 'threadloop, host loop', atLeast: 1e6 }],
    },
  },
  contenders: {
    ...passesOnBothLoops(taskCount, (count, makeLoop) =>
      makeLoop().runUntilComplete(gatherAll(count)),
    ),
    ...pythonContenders('loop/asyncio_rows.py', 'gather'),
    effect: (size) => measurePasses(size, taskCount, withEffect),
    'async functions': (size) => measurePasses(size, taskCount, withPromises),
  },
  fullOnly,
};
