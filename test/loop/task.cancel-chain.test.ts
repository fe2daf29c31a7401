// Cancelling a task that waits for others, in both kinds of work: the request goes down the chain.

import { type Coroutine, gather, sleep } from 'threadloop';
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
