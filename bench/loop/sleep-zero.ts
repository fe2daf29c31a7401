/**
 * A task that lets others go first, again and again: what switching tasks costs.
 * `await` of a settled promise lets nobody but microtasks go first: the least that Node can do.
 */
import type { Coroutine } from 'threadloop';
import { pythonContenders, type Row } from '../row.js';
import { threadloop } from '../subject.js';
import { fullOnly, measurePasses, passesOnBothLoops, rateFigure } from './both-loops.js';

const switchCount = 1_000_000;
const { sleep } = threadloop;

function* switchTasks(count: number): Coroutine<number> {
  for (let index = 0; index < count; index += 1) yield* sleep(0);
  return count;
}

async function awaitSettled(count: number): Promise<number> {
  const settled = Promise.resolve();
  for (let index = 0; index < count; index += 1) await settled;
  return count;
}

async function withEffect(count: number): Promise<number> {
  const { Effect } = await import('effect');
  const program = Effect.gen(function* () {
    for (let index = 0; index < count; index += 1) yield* Effect.yieldNow;
    return count;
  });
  return Effect.runPromise(program);
}

/** See above. */
export const row: Row = {
  id: 'loop/sleep-zero',
  title: '`yield* sleep(0)`',
  awaited: 'one task, which yields to the loop each time',
  inFlight: '1',
  clock: 'from running the task to its end',
  figures: {
    rate: {
      title: 'switches',
      ...rateFigure,
      targets: [{ text: 'at least 5 M/s', of: 'threadloop, host loop', atLeast: 5e6 }],
    },
  },
  contenders: {
    ...passesOnBothLoops(switchCount, (count, makeLoop) =>
      makeLoop().runUntilComplete(switchTasks(count)),
    ),
    ...pythonContenders('loop/asyncio_rows.py', 'sleep_zero'),
    effect: (size) => measurePasses(size, switchCount / 4, withEffect),
    await: (size) => measurePasses(size, switchCount, awaitSettled),
  },
  fullOnly,
};
