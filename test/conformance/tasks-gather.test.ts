/** asyncio's test_tasks: gather, wait and as_completed. */
import {
  asCompleted,
  type Coroutine,
  DifferentLoopError,
  ensureFuture,
  gather,
  InvalidArgumentError,
  isCancelled,
  type Operation,
  sleep,
  type Task,
  TimeoutError,
  wait,
} from 'threadloop';
import { expect } from 'vitest';
import { scenarioInBothKinds, type StageOfBothKinds } from './both-kinds.js';
import { errorOf } from './hearing.js';
import { keepRows, scenario } from './scenario.js';

keepRows('tasks-gather');

/** Makes tasks that end after some time; one that is given an error fails. */
function starter({ newLoop, work }: StageOfBothKinds) {
  const loop = newLoop();
  const start = <T>(delayMs: number, value: T): Task<T> =>
    loop.createTask(
      work(function* (): Coroutine<T> {
        yield* sleep(delayMs);
        if (value instanceof Error) throw value;
        return value;
      }),
    );
  return { loop, start };
}

/** What a wait is refused with, or fails with. */
function* errorIn(wait_: () => Iterable<never>): Coroutine<unknown> {
  try {
    yield* wait_();
  } catch (error) {
    return error;
  }
  return 'no error';
}

scenarioInBothKinds('A-064', 'gather fails at once, and the others go on', async (stage) => {
  const { loop, start } = starter(stage);
  const failure = new RangeError('first');
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const startMs = loop.time();
      const [failing, slow] = [start(10, failure), start(20, 'ok')];
      expect(yield* errorIn(() => gather([failing, slow]) as never)).toBe(failure);
      expect([loop.time() - startMs, slow.done()]).toEqual([10, false]);
      expect(yield* slow).toBe('ok');
      expect(loop.time() - startMs).toBe(20);
    }),
    loop,
  );
});

scenarioInBothKinds('A-066', 'cancelling a gather cancels its children', async (stage) => {
  const { loop, start } = starter(stage);
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const children = [start(1_000, 1), start(1_000, 2)];
      const all = gather(children, { returnExceptions: true });
      yield* sleep(1);
      expect(all.cancel('why')).toBe(true);
      const error = yield* errorIn(() => all as never);
      expect([isCancelled(error), (error as Error).message]).toEqual([true, 'why']);
      expect(children.map((child) => child.cancelled())).toEqual([true, true]);
      expect(all.cancelled()).toBe(false);
    }),
    loop,
  );
});

scenario('A-067', 'a coroutine that is given twice runs once', async ({ newLoop, run }) => {
  const loop = newLoop();
  let count = 0;
  function* spell(text: string): Coroutine<string> {
    count += 1;
    yield* sleep(0);
    return text;
  }
  const results = await run(
    (function* (): Coroutine<unknown> {
      const empty = gather([]);
      expect([empty.done(), empty.result()]).toEqual([true, []]);
      const [c, d] = [spell('abc'), spell('def')];
      return yield* gather([c, c, d, c]);
    })(),
    loop,
  );
  expect(results).toEqual(['abc', 'abc', 'def', 'abc']);
  expect(count).toBe(2);
});

scenarioInBothKinds('A-069', 'errors take their places among the results', async (stage) => {
  const { loop, start } = starter(stage);
  const failure = new RangeError('odd');
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const children = [start(1, 'a'), start(9, 'b'), start(2, failure), start(9, 'c')];
      loop.callLater(5, () => [children[1], children[3]].map((child) => child?.cancel()));
      const results = yield* gather(children, { returnExceptions: true });
      expect(results[0]).toBe('a');
      expect(results[2]).toBe(failure);
      expect([results[1], results[3]].every(isCancelled)).toBe(true);
    }),
    loop,
  );
});

scenarioInBothKinds('S-1.8-1', 'a child that is cancelled fails its gather', async (stage) => {
  const { loop, start } = starter(stage);
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const children = [start(9, 1), start(1, 2)];
      const all = gather(children);
      yield* sleep(0);
      children[0]?.cancel('gone');
      expect(yield* errorIn(() => all as never)).toSatisfy(isCancelled);
      expect(all.cancelled()).toBe(false);
      expect(yield* children[1] as Task<number>).toBe(2);
      expect(all.cancel()).toBe(false);
    }),
    loop,
  );
});

scenario('S-1.8-2', 'futures of several loops cannot be gathered', ({ newLoop }) => {
  const futures = [newLoop().createFuture(), newLoop().createFuture()];
  expect(() => gather(futures)).toThrow(DifferentLoopError);
});

scenarioInBothKinds(
  'A-071',
  'wait() ends when the time is up, and cancels nothing',
  async (stage) => {
    const { loop, start } = starter(stage);
    await stage.run(
      stage.work(function* (): Coroutine<void> {
        const startMs = loop.time();
        const slow = start(10_000, 1);
        const { done, pending } = yield* wait([slow], { timeoutMs: 10 });
        expect([done.size, pending.size, pending.has(slow)]).toEqual([0, 1, true]);
        expect([slow.cancelled(), slow.done(), loop.time() - startMs]).toEqual([false, false, 10]);
        slow.cancel();
        yield* sleep(0);
      }),
      loop,
    );
  },
);

scenario('A-072', 'what ends in the same tick counts as done', async ({ newLoop, run }) => {
  const loop = newLoop();
  function* ticks(count: number): Coroutine<void> {
    for (let left = count; left > 0; left -= 1) yield* sleep(0);
  }
  const { done, pending } = await run(
    (function* () {
      const [a, b] = [loop.createTask(ticks(1)), loop.createTask(ticks(2))];
      return yield* wait([b, a], { returnWhen: 'FIRST_COMPLETED' });
    })(),
    loop,
  );
  expect([done.size, pending.size]).toEqual([2, 0]);
});

scenarioInBothKinds('S-1.8-3', 'wait() refuses what it cannot wait for', async (stage) => {
  const { loop, start } = starter(stage);
  const waitFor = (futures: unknown, options?: object) => () => wait(futures as never, options);
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const task = start(0, 1);
      expect(waitFor(task)).toThrow(new InvalidArgumentError('expect a list of futures, not Task'));
      expect(waitFor([])).toThrow(new InvalidArgumentError('Set of Tasks/Futures is empty.'));
      expect(waitFor([task], { returnWhen: -1 })).toThrow(
        new InvalidArgumentError('Invalid return_when value: -1'),
      );
      expect(waitFor([(function* () {})()])).toThrow(
        new InvalidArgumentError('Passing coroutines is forbidden, use tasks explicitly.'),
      );
      yield* task;
    }),
    loop,
  );
});

scenarioInBothKinds('S-1.8-4', 'a cancelled future is no first exception', async (stage) => {
  const { loop, start } = starter(stage);
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const failure = new Error('first');
      const [cancelled, failing, slow] = [start(9, 1), start(20, failure), start(99, 2)];
      loop.callLater(5, () => cancelled.cancel());
      const futures = [cancelled, failing, slow];
      const { done } = yield* wait(futures, { returnWhen: 'FIRST_EXCEPTION' });
      expect([done.size, done.has(cancelled), done.has(failing)]).toEqual([2, true, true]);
      expect(failing.exception()).toBe(failure);
      slow.cancel();
      yield* sleep(0);
    }),
    loop,
  );
});

scenario('A-074', 'the ends come one by one, in either form', async (stage) => {
  const { newLoop, run, kind } = stage;
  const loop = newLoop();
  function* after<T>(delayMs: number, value: T): Coroutine<T> {
    yield* sleep(delayMs);
    return value;
  }
  if (kind !== 'blocking') {
    const asyncForm = async (): Promise<void> => {
      const [slow, fast] = [loop.createTask(after(20, 's')), loop.createTask(after(10, 'f'))];
      const seen: unknown[] = [];
      for await (const task of asCompleted([slow, fast])) seen.push(task);
      expect(seen[0]).toBe(fast);
      expect(seen[1]).toBe(slow);
      expect(seen).toHaveLength(2);
    };
    await run(asyncForm, loop);
  }
  await run(
    (function* (): Coroutine<void> {
      const inOrder: string[] = [];
      for (const next of asCompleted([after(20, 'a'), after(10, 'b')])) inOrder.push(yield* next);
      expect(inOrder).toEqual(['b', 'a']);
      const [first, second] = [...asCompleted([after(20, 'a'), after(10, 'b')])];
      expect(yield* second as Iterable<never>).toBe('b');
      expect(yield* first as Iterable<never>).toBe('a');
    })(),
    loop,
  );
});

scenarioInBothKinds('S-1.8-5', 'asCompleted() fails when the time is up', async (stage) => {
  const { loop, start } = starter(stage);
  await stage.run(
    stage.work(function* (): Coroutine<void> {
      const [fast, slow] = [start(1, 'fast'), start(9_000, 'slow')];
      const ends: unknown[] = [];
      for (const next of asCompleted([fast, slow], { timeoutMs: 10 })) {
        ends.push(yield* resultOrError(next));
      }
      expect(ends[0]).toBe('fast');
      expect(ends[1]).toBeInstanceOf(TimeoutError);
      expect(slow.done()).toBe(false);
      slow.cancel();
      yield* sleep(0);
      const noIterable = (): unknown => asCompleted(fast as never);
      expect(noIterable).toThrow('expects an iterable of awaitables, not Task');
    }),
    loop,
  );
});

function* resultOrError(operation: Operation<unknown>): Coroutine<unknown> {
  try {
    return yield* operation;
  } catch (error) {
    return error;
  }
}

scenario('S-1.8-6', 'ensureFuture() takes what can be awaited', async ({ newLoop, run }) => {
  const loop = newLoop();
  const future = loop.createFuture<number>();
  expect(ensureFuture(future, { loop })).toBe(future);
  const task = ensureFuture(
    (function* (): Coroutine<number> {
      yield* sleep(0);
      return 1;
    })(),
    { loop },
  );
  expect(await run(task, loop)).toBe(1);
  const refused = await errorOf(() => ensureFuture(5 as never, { loop }));
  expect(String(refused)).toMatch('A Future, a coroutine or an awaitable is required');
});
