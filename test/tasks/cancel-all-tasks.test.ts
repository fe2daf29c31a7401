// The end of a loop's work: all but the caller is cancelled and waited for.

import fc from 'fast-check';
import {
  allTasks,
  AwaitCycleError,
  type Coroutine,
  type EventLoop,
  gather,
  sleep,
  type Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { cancelAllTasks } from '#src/tasks/cancel-all-tasks.js';
import { recordReports, virtualLoop } from '../loop/fixtures.js';
import { kindsOfWork, type MakeWork } from '../loop/kinds-of-work.js';

/** Starts tasks of which each waits for those at the given places; for none it sleeps. */
function startTasks(
  loop: EventLoop,
  places: readonly (readonly number[])[],
  make: MakeWork,
  onEnd: (index: number) => void = () => {},
): Task<void>[] {
  const tasks: Task<void>[] = [];
  for (const [index, waitedFor] of places.entries()) {
    const steps = function* (): Coroutine<void> {
      try {
        const [first] = waitedFor;
        if (first === undefined) yield* sleep(60_000);
        else if (waitedFor.length === 1) yield* tasks[first] as Task<void>;
        else yield* gather(waitedFor.map((place) => tasks[place] as Task<void>));
      } finally {
        onEnd(index);
      }
    };
    tasks.push(loop.createTask(make(steps)));
  }
  return tasks;
}

describe('cancelAllTasks()', () => {
  test('waits for both kinds to clean up, and reports what they fail with', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const log: string[] = [];
    const tidy = function* (): Coroutine<void> {
      try {
        yield* sleep(60_000);
      } finally {
        yield* sleep(10);
        log.push('coroutine');
      }
    };
    const main = function* (): Coroutine<string> {
      void loop.createTask(tidy());
      void loop.createTask(async () => {
        await sleep(60_000).catch(() => sleep(20));
        log.push('async');
        throw new RangeError('spam');
      });
      yield* sleep(1);
      yield* cancelAllTasks(loop);
      return 'caller';
    };
    expect(await loop.runUntilComplete(main())).toBe('caller');
    expect(log).toEqual(['coroutine', 'async']);
    expect(loop.time()).toBe(21);
    expect(reports.map(({ exception }) => exception)).toEqual([new RangeError('spam')]);
    expect(allTasks(loop).size).toBe(0);
  });

  test('does nothing where no task is left', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(cancelAllTasks(loop));
    expect(loop.time()).toBe(0);
  });
});

describe.for(kindsOfWork)('cancelAllTasks() with %s', ([kind, make]) => {
  const count = 20_000;

  test.for([
    ['younger', 1],
    ['older', -1],
  ] as const)('asks each of a chain once or twice, each waiting for one %s', async ([, step]) => {
    const loop = virtualLoop();
    const places = Array.from({ length: count }, (_, index) => [index + step]);
    places[step === 1 ? count - 1 : 0] = [];
    const tasks = startTasks(loop, places, make);
    await loop.runUntilComplete(() => sleep(1));
    await loop.runUntilComplete(cancelAllTasks(loop));
    expect(tasks.every((task) => task.cancelled())).toBe(true);
    // Once for itself and once for the one that waits for it: not once for all above it.
    expect(Math.max(...tasks.map((task) => task.cancelling()))).toBe(2);
  });

  test('lets the tasks end in the order in which cancelling one by one does', async () => {
    const waits = fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 3 });
    const property = fc.asyncProperty(
      fc.array(waits, { minLength: 7, maxLength: 7 }),
      async (drawn) => {
        const places = drawn.map((waited, index) =>
          waited.filter((place) => mayWait(kind, waited.length, index, place)),
        );
        expect(await orderOfEnds(places, make, true)).toEqual(
          await orderOfEnds(places, make, false),
        );
      },
    );
    // Two rings that share tasks.
    const examples: [number[][]][] = [
      [[[4], [2, 3], [3], [1], [], [3], []]],
      [[[1, 2, 4], [2], [6, 3], [], [6], [6], [0]]],
    ];
    await fc.assert(property, { numRuns: 300, examples });
  });
});

/** Rings only where one of them is a coroutine that waits for a task: others are errors. */
function mayWait(kind: string, waitCount: number, index: number, place: number): boolean {
  return place > index || (kind === 'a coroutine' && waitCount === 1 && place !== index);
}

async function orderOfEnds(
  places: readonly (readonly number[])[],
  make: MakeWork,
  isSweep: boolean,
): Promise<number[]> {
  const loop = virtualLoop();
  const order: number[] = [];
  const tasks = startTasks(loop, places, make, (index) => order.push(index));
  await loop.runUntilComplete(() => sleep(1));
  if (!isSweep) for (const task of tasks) task.cancel();
  await loop.runUntilComplete(cancelAllTasks(loop));
  return order;
}

describe.for(kindsOfWork.slice(1))('cancelAllTasks() with a ring of %s', ([, make]) => {
  test('alone ends all others, and then tells', async () => {
    const loop = virtualLoop();
    const log: number[] = [];
    const places = [[], [2], [1], [2], [3, 5], []];
    const tasks = startTasks(loop, places, make, (index) => log.push(index));
    await loop.runUntilComplete(() => sleep(1));
    await expect(loop.runUntilComplete(cancelAllTasks(loop))).rejects.toThrow(AwaitCycleError);
    expect(log).toEqual([0, 5]);
    expect(tasks.map((task) => task.cancelled())).toEqual([true, false, false, false, false, true]);
  });
});
