// Cancelling a task that waits for others, in both kinds of work: the request goes down the chain.

import {
  AwaitCycleError,
  type Coroutine,
  type EventLoop,
  type Future,
  gather,
  getRunningLoop,
  run,
  sleep,
  type Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { outcomeOf, virtualLoop } from './fixtures.js';
import { kindsOfWork } from './kinds-of-work.js';

describe.for(kindsOfWork)('cancelling %s', ([, make]) => {
  test('that waits for another task cancels that one too', async () => {
    const loop = virtualLoop();
    const inner = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* sleep(1_000);
      }),
    );
    const outer = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* inner;
      }),
    );
    loop.callLater(5, () => outer.cancel('msg'));
    expect(await outcomeOf(outer)).toBe('cancelled(msg)');
    expect(await outcomeOf(inner)).toBe('cancelled(msg)');
    expect([outer.cancelling(), inner.cancelling()]).toEqual([1, 1]);
  });

  test('that waits for another task waits for its cleaning up', async () => {
    const loop = virtualLoop();
    const inner = loop.createTask(
      make(function* (): Coroutine<string> {
        try {
          yield* sleep(1_000);
        } catch {
          yield* sleep(10);
        }
        return 'refused';
      }),
    );
    const outer = loop.createTask(
      make(function* (): Coroutine<string> {
        return `inner ${yield* inner}`;
      }),
    );
    loop.callLater(5, () => outer.cancel());
    // asyncio's rule: a request that the inner task swallows is swallowed for the outer one.
    expect(await outcomeOf(outer)).toBe('inner refused');
    expect(loop.time()).toBe(15);
  });

  test('that waits for gather() cancels all that it waits for', async () => {
    const loop = virtualLoop();
    const children = [1, 2].map(() =>
      loop.createTask(
        make(function* (): Coroutine<void> {
          yield* sleep(1_000);
        }),
      ),
    );
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* gather(children);
      }),
    );
    loop.callLater(5, () => task.cancel('all'));
    expect(await outcomeOf(task)).toBe('cancelled(all)');
    for (const child of children) expect(await outcomeOf(child)).toBe('cancelled(all)');
  });

  test('happens to it where what it waits for is cancelled', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture();
    const task = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* future;
      }),
    );
    loop.callLater(1, () => future.cancel('from below'));
    expect(await outcomeOf(task)).toBe('cancelled(from below)');
    expect(task.cancelling()).toBe(0);
  });
});

describe.for(kindsOfWork)('a chain of %s', ([, make]) => {
  test('of any length is cancelled without its stack growing with it', async () => {
    const loop = virtualLoop();
    // By recursion the stack would overflow at some thousand.
    const length = 20_000;
    let last: Future<unknown> = sleepOn(loop);
    for (let each = 0; each < length; each += 1) {
      const waitedFor = last;
      last = loop.createTask(
        make(function* (): Coroutine<unknown> {
          return yield* waitedFor;
        }),
      );
    }
    loop.callLater(1, () => last.cancel('from the top'));
    expect(await outcomeOf(last as Task<unknown>)).toBe('cancelled(from the top)');
  });

  test('that listens may ask for the same again', async () => {
    const loop = virtualLoop();
    const inner = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* sleep(1_000);
      }),
    );
    const outer = loop.createTask(
      make(function* (): Coroutine<void> {
        yield* inner;
      }),
    );
    inner.signal.addEventListener('abort', () => outer.cancel('again'));
    loop.callLater(1, () => outer.cancel('once'));
    expect(await outcomeOf(outer)).toBe('cancelled(once)');
    expect([outer.cancelling(), inner.cancelled()]).toEqual([2, true]);
  });
});

describe('a ring of tasks that wait for each other', () => {
  test.for([1, 2, 1_000])('is cancelled, each of its %d and one more', async (count) => {
    const loop = virtualLoop();
    const tasks: Task<unknown>[] = [];
    for (let each = 0; each <= count; each += 1) {
      tasks.push(
        loop.createTask(
          (function* (): Coroutine<unknown> {
            return yield* tasks[(each + 1) % tasks.length] as Task<unknown>;
          })(),
        ),
      );
    }
    loop.callLater(1, () => tasks[0]?.cancel());
    await loop.runUntilComplete(gather(tasks, { returnExceptions: true }));
    expect(tasks.every((task) => task.cancelled())).toBe(true);
  });

  test('is cancelled with another ring that shares tasks with it', async () => {
    const loop = virtualLoop();
    // Each waits for those at these places: 0-1-2-6 and 0-2-6 and 0-4-6 are rings.
    const places = [[1, 2, 4], [2], [6, 3], [], [6], [], [0]];
    const tasks: Task<unknown>[] = [];
    for (const waited of places) {
      const work = function* (): Coroutine<unknown> {
        const others = waited.map((place) => tasks[place] as Task<unknown>);
        if (others.length === 0) return yield* sleep(60_000);
        return yield* others.length === 1 ? (others[0] as Task<unknown>) : gather(others);
      };
      tasks.push(loop.createTask(work()));
    }
    loop.callLater(1, () => tasks[0]?.cancel());
    await loop.runUntilComplete(gather(tasks, { returnExceptions: true }));
    expect(tasks.map((task) => task.cancelled())).toEqual(places.map((_, index) => index !== 5));
  });

  test('is cancelled when one of them is a coroutine', async () => {
    const loop = virtualLoop();
    const first: Task<unknown> = loop.createTask(async () => second);
    const second: Task<unknown> = loop.createTask(
      (function* (): Coroutine<unknown> {
        return yield* first;
      })(),
    );
    loop.callLater(1, () => first.cancel());
    expect([await outcomeOf(first), await outcomeOf(second)]).toEqual([
      'cancelled()',
      'cancelled()',
    ]);
  });

  test('of async functions alone is an error, and no silence', async () => {
    const loop = virtualLoop();
    const first: Task<unknown> = loop.createTask(async () => second);
    const second: Task<unknown> = loop.createTask(async () => first);
    await loop.runUntilComplete(() => sleep(1));
    expect(() => first.cancel()).toThrow(AwaitCycleError);
  });

  test('ends with run()', async () => {
    const tasks: Task<unknown>[] = [];
    await run(async () => {
      const loop = getRunningLoop();
      for (const other of [1, 0]) {
        tasks.push(
          loop.createTask(
            (function* (): Coroutine<unknown> {
              return yield* tasks[other] as Task<unknown>;
            })(),
          ),
        );
      }
      await sleep(0);
    });
    expect(tasks.every((task) => task.cancelled())).toBe(true);
  });
});

function sleepOn(loop: EventLoop): Task<void> {
  return loop.createTask(
    (function* (): Coroutine<void> {
      yield* sleep(1_000);
    })(),
  );
}
