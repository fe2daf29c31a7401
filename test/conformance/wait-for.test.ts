/** asyncio's test_waitfor. */
import {
  type Coroutine,
  currentTask,
  isCancelled,
  shield,
  sleep,
  TimeoutError,
  waitFor,
} from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows, scenario } from './scenario.js';
import { taskScenario, thrownBy } from './task-scenario.js';

keepRows('wait-for');

/** Takes no notice of a first cancel before so many milliseconds have passed. */
function* ignoreFor<T>(delayMs: number, value: T): Script<T> {
  yield* thrownBy(() => on(sleep(10_000)));
  yield* on(sleep(delayMs));
  return value;
}

taskScenario('A-149', 'waitFor() ends when the cancelled task has ended', function* (stage) {
  const { loop, start } = stage;
  const startMs = loop.time();
  const slow = start(() => ignoreFor(200, 'late'));
  expect(yield* on(waitFor(slow, 100))).toBe('late');
  expect([slow.done(), loop.time() - startMs]).toEqual([true, 300]);
  const inner = start(() => ignoreFor(200, 'late'));
  const outer = start(() => on(waitFor(inner, 10_000)));
  yield* on(sleep(100));
  outer.cancel();
  expect(yield* on(outer)).toBe('late');
  expect([inner.done(), loop.time() - startMs]).toEqual([true, 600]);
});

taskScenario('A-149b', 'a value or an error that a cancel ends in is passed on', function* (s) {
  const { isAsync, play, start } = s;
  const failure = new RangeError('key');
  const failing = function* (): Script<never> {
    yield* thrownBy(() => on(sleep(10_000)));
    throw failure;
  };
  for (const timeoutMs of [10, 20]) {
    expect(
      yield* on(
        waitFor(
          start(() => ignoreFor(5, 42)),
          timeoutMs,
        ),
      ),
    ).toBe(42);
    expect(yield* thrownBy(() => on(waitFor(start(failing), timeoutMs)))).toBe(failure);
    // The promise of an async function is waited for as any other: it is given up at once.
    if (isAsync) continue;
    expect(yield* on(waitFor(play(() => ignoreFor(5, 42))(), timeoutMs))).toBe(42);
    expect(yield* thrownBy(() => on(waitFor(play(failing)(), timeoutMs)))).toBe(failure);
  }
  expect(currentTask()?.cancelling()).toBe(0);
});

taskScenario(
  'A-149c',
  'the waiter that is cancelled in the tick of the end is cancelled, and the value is kept',
  function* ({ loop, start }) {
    const inner = loop.createFuture<string>();
    let isPast = false;
    const outer = start(function* () {
      yield* on(waitFor(inner, 10_000));
      isPast = true;
    });
    yield* on(sleep(1));
    inner.setResult('done');
    expect(outer.cancel()).toBe(true);
    expect(yield* thrownBy(() => on(outer))).toSatisfy(isCancelled);
    expect([inner.result(), isPast]).toEqual(['done', false]);
  },
);

taskScenario('A-149d', 'a shielded task runs on when the time is up', function* ({ start }) {
  const task = start(() => on(sleep(100, 'done')));
  const error = yield* thrownBy(() => on(waitFor(shield(task), 10)));
  expect(error).toBeInstanceOf(TimeoutError);
  expect([task.cancelled(), task.done()]).toEqual([false, false]);
  const shielded = shield(task);
  expect(yield* thrownBy(() => on(waitFor(shielded, 0)))).toBeInstanceOf(TimeoutError);
  expect([shielded.cancelled(), task.done()]).toEqual([true, false]);
  expect(yield* on(task)).toBe('done');
});

taskScenario('A-149e', 'a coroutine runs in the calling task', function* ({ play }) {
  const caller = currentTask();
  for (const timeoutMs of [null, 10]) {
    const isCaller = function* (): Script<boolean[]> {
      const before = currentTask() === caller;
      yield* on(sleep(1));
      return [before, currentTask() === caller];
    };
    expect(yield* on(waitFor(play(isCaller)(), timeoutMs))).toEqual([true, true]);
  }
});

taskScenario('A-149f', 'cancelling the wait cancels the task', function* ({ start }) {
  for (const timeoutMs of [null, 60]) {
    const inner = start(() => on(sleep(10_000)));
    const outer = start(() => on(waitFor(inner, timeoutMs)));
    yield* on(sleep(1));
    outer.cancel('why');
    expect(String(yield* thrownBy(() => on(outer)))).toBe('CancelledError: why');
    expect([inner.cancelled(), outer.cancelled()]).toEqual([true, true]);
  }
});

scenario('A-149g', 'no time at all does not even start a coroutine', async ({ run }) => {
  let started = false;
  const work = function* (): Coroutine<string> {
    started = true;
    yield* sleep(1);
    return 'value';
  };
  const main = function* (): Coroutine<unknown[]> {
    const done = sleep(0, 'done');
    yield* done;
    const seen: unknown[] = [yield* waitFor(done, 0)];
    for (const timeoutMs of [0, -1]) {
      try {
        yield* waitFor(work(), timeoutMs);
      } catch (error) {
        seen.push(error instanceof TimeoutError && isCancelled(error.cause));
      }
    }
    return seen;
  };
  expect(await run(main())).toEqual(['done', true, true]);
  expect(started).toBe(false);
});
