/** asyncio's test_tasks: cancelling, counting requests, messages, refusing. */
import { type Coroutine, isCancelled, sleep, type Task } from 'threadloop';
import { expect } from 'vitest';
import { ownTask, scenarioInBothKinds } from './both-kinds.js';
import { errorOf, runOneTick } from './hearing.js';
import { doesNotApply, keepRows } from './scenario.js';

keepRows('tasks-cancel');

/** The message of a cancellation that is caught; the error itself where it is another. */
function* messageOf(wait: PromiseLike<unknown> & Iterable<never>): Coroutine<unknown> {
  try {
    yield* wait;
    return 'no error';
  } catch (error) {
    return isCancelled(error) ? error.message : error;
  }
}

scenarioInBothKinds('A-051', 'a task that is cancelled at once never begins', async (stage) => {
  const loop = stage.newLoop();
  const log: string[] = [];
  const task = loop.createTask(
    stage.work(function* (): Coroutine<void> {
      log.push('began');
      yield* sleep(0);
    }),
  );
  task.cancel('m');
  const message = await stage.run(
    stage.work(() => messageOf(task as never)),
    loop,
  );
  expect([message, log]).toEqual(['m', []]);
  expect([task.cancelled(), task.cancelling()]).toEqual([true, 1]);
});

scenarioInBothKinds('A-052', 'a task that cancelled itself is cancelled', async (stage) => {
  const loop = stage.newLoop();
  const task = loop.createTask(
    stage.work(function* (): Coroutine<number> {
      ownTask().cancel();
      yield* [];
      return 5;
    }),
  );
  expect(await errorOf(() => stage.run(task, loop))).toSatisfy(isCancelled);
  expect(task.cancelled()).toBe(true);
});

scenarioInBothKinds('A-054', 'requests to cancel are counted, and taken back', async (stage) => {
  const seen = await stage.run(
    stage.work(function* (): Coroutine<unknown[]> {
      const task = ownTask();
      const counts = [task.cancel(), task.cancel(), task.cancelling()];
      const left = [task.uncancel(), task.uncancel(), task.uncancel()];
      yield* sleep(0);
      return [...counts, ...left];
    }),
  );
  expect(seen).toEqual([true, true, 2, 1, 0, 0]);
});

scenarioInBothKinds(
  'A-056',
  'of two requests in one tick the first is delivered',
  async (stage) => {
    const loop = stage.newLoop();
    const messages: unknown[] = [];
    const task = loop.createTask(
      stage.work(function* (): Coroutine<void> {
        messages.push(yield* messageOf(sleep(1_000) as never));
        messages.push(yield* messageOf(sleep(1_000) as never));
      }),
    );
    await runOneTick(loop);
    task.cancel('a');
    task.cancel('b');
    loop.callLater(10, () => task.cancel('c'));
    await stage.run(task, loop);
    expect(messages).toEqual(['a', 'c']);
    expect(task.cancelling()).toBe(3);
  },
);

scenarioInBothKinds('A-057', 'a cancel reaches the task that is awaited', async (stage) => {
  const loop = stage.newLoop();
  const inner = loop.createTask(
    stage.work(function* (): Coroutine<void> {
      yield* sleep(1_000);
    }),
  );
  const outer = loop.createTask(
    stage.work(function* (): Coroutine<void> {
      yield* inner;
    }),
  );
  loop.callLater(10, () => outer.cancel('msg'));
  const message = await stage.run(
    stage.work(() => messageOf(outer as never)),
    loop,
  );
  expect(message).toBe('msg');
  expect([inner.cancelled(), outer.cancelled()]).toEqual([true, true]);
  expect([inner.cancelling(), outer.cancelling()]).toEqual([1, 1]);
});

scenarioInBothKinds('A-059', 'a timeout by hand is taken back with uncancel()', async (stage) => {
  const loop = stage.newLoop();
  const outcomes: string[] = [];
  const limit = (task: Task<unknown>, workMs: number) =>
    (function* (): Coroutine<void> {
      let timedOut = false;
      const timer = loop.callLater(100, () => {
        timedOut = true;
        task.cancel();
      });
      try {
        yield* sleep(workMs);
        outcomes.push('finished');
      } catch (error) {
        if (!isCancelled(error) || !timedOut || task.uncancel() > 0) throw error;
        outcomes.push('timed out');
      } finally {
        timer.cancel();
      }
      yield* sleep(0);
      expect(task.cancelling()).toBe(0);
    })();
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      yield* limit(ownTask(), 10_000);
      yield* limit(ownTask(), 50);
    }),
    loop,
  );
  expect(outcomes).toEqual(['timed out', 'finished']);
});

doesNotApply(
  'A-061',
  'SystemExit raised while a task is cancelled leaves the loop',
  'there is no SystemExit: process.exit() ends the process at once, whatever runs',
);

scenarioInBothKinds('S-1.7-7', 'a task may refuse to be cancelled', async (stage) => {
  const loop = stage.newLoop();
  const task = loop.createTask(
    stage.work(function* (): Coroutine<string> {
      yield* messageOf(sleep(1_000) as never);
      yield* sleep(10);
      return 'all the same';
    }),
  );
  await runOneTick(loop);
  expect(task.cancel()).toBe(true);
  expect(await stage.run(task, loop)).toBe('all the same');
  expect([task.cancelled(), task.cancelling(), task.cancel()]).toEqual([false, 1, false]);
});

scenarioInBothKinds(
  'S-1.7-8',
  'another error while it is cancelled is its outcome',
  async (stage) => {
    const loop = stage.newLoop();
    const failure = new RangeError('while cleaning up');
    const task = loop.createTask(
      stage.work(function* (): Coroutine<void> {
        try {
          yield* sleep(1_000);
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- what is tried here
          throw failure;
        }
      }),
    );
    await runOneTick(loop);
    task.cancel();
    expect(await errorOf(() => stage.run(task, loop))).toBe(failure);
    expect(task.cancelled()).toBe(false);
  },
);

scenarioInBothKinds('S-1.7-9', 'cancelling what sleeps withdraws its timer', async (stage) => {
  const loop = stage.newLoop();
  const task = loop.createTask(
    stage.work(function* (): Coroutine<void> {
      yield* sleep(60_000);
    }),
  );
  await runOneTick(loop);
  const startMs = loop.time();
  task.cancel();
  await errorOf(() => stage.run(task, loop));
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      yield* sleep(1);
    }),
    loop,
  );
  expect(loop.time() - startMs).toBe(1);
  expect(loop).toHaveProperty('pendingCount');
  expect((loop as unknown as { pendingCount(): number }).pendingCount()).toBe(0);
});
