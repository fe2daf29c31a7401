/** asyncio's test_runners, over every kind of loop by way of `loopFactory`. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  allTasks,
  type Coroutine,
  type EventLoop,
  type ExceptionContext,
  getEventLoop,
  getRunningLoop,
  HostEventLoop,
  isCancelled,
  run,
  Runner,
  setEventLoop,
  setLoopFactory,
  sleep,
} from 'threadloop';
import { expect } from 'vitest';
import { on } from '../sync/both-kinds.js';
import { keepRows, scenario } from './scenario.js';
import { taskScenario } from './task-scenario.js';

keepRows('runners');

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

scenario('A-142', 'run() gives the value or the error of main', async ({ newLoop }) => {
  const options = { loopFactory: newLoop };
  expect(await run(answer(42), options)).toBe(42);
  const failure = new RangeError('spam');
  const failing = function* (): Coroutine<never> {
    yield* sleep(1);
    throw failure;
  };
  await expect(run(failing(), options)).rejects.toBe(failure);
  await expect(run(1 as never, options)).rejects.toThrow('an awaitable is required');
});

taskScenario('A-142c', 'run() is refused inside a run', function* ({ loop, newLoop }) {
  const coroutine = answer(1);
  const refusal = run(coroutine, { loopFactory: newLoop });
  const seen = loop.createFuture<unknown>();
  refusal.catch((error: unknown) => seen.setResult(error));
  // On a blocking loop no promise settles during the run: what matters is that nothing began.
  if (loop.refusePromise === undefined) {
    expect(String(yield* on(seen))).toBe(
      'LoopRunningError: run() cannot be called from a running event loop',
    );
  }
  expect(coroutine.next()).toEqual({ done: true, value: undefined });
  expect(getRunningLoop()).toBe(loop);
});

scenario('A-144', 'run() ends what main leaves behind, in order', async ({ newLoop }) => {
  const log: unknown[] = [];
  const loop = newLoop();
  const failure = new RangeError('1/0');
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => {
    reports.push(context);
    log.push('report');
  });
  const numbers = (async function* (): AsyncGenerator<number> {
    try {
      yield 1;
      yield 2;
    } finally {
      log.push(`generator, closed: ${loop.isClosed()}`);
    }
  })();
  await numbers.next();
  // A blocking loop runs no async generators, and has none to close.
  const hasGenerators = loop instanceof HostEventLoop;
  if (hasGenerators) loop.trackAsyncGenerator(numbers);
  const leftover = function* (word: string, error: unknown): Coroutine<void> {
    try {
      yield* sleep(60_000);
    } catch (cancellation) {
      log.push(`${word} ${isCancelled(cancellation) ? 'cancelled' : 'failed'}`);
      throw error ?? cancellation;
    }
  };
  const main = function* (): Coroutine<string> {
    void loop.createTask(leftover('first', null));
    void loop.createTask(leftover('second', failure));
    yield* sleep(1);
    return 'value';
  };
  expect(await run(main(), { loopFactory: () => loop })).toBe('value');
  expect(log).toEqual([
    'first cancelled',
    'second cancelled',
    'report',
    ...(hasGenerators ? ['generator, closed: false'] : []),
  ]);
  expect(reports).toHaveLength(1);
  const keys = Object.keys(reports[0] ?? {}).toSorted((a, b) => a.localeCompare(b));
  expect(keys).toEqual(['exception', 'message', 'task']);
  // asyncio's text, but for the name of the module before `run()`.
  expect(reports[0]?.message).toBe('unhandled exception during run() shutdown');
  expect(reports[0]?.exception).toBe(failure);
  expect([loop.isClosed(), allTasks(loop).size]).toEqual([true, 0]);
});

scenario('A-146', 'a runner takes whatever can be awaited, on one loop', async (stage) => {
  const { newLoop } = stage;
  let madeCount = 0;
  const loopFactory = (): EventLoop => {
    madeCount += 1;
    return newLoop();
  };
  const runner = new Runner({ loopFactory });
  expect(madeCount).toBe(0);
  const finished = runner.getLoop().createFuture<number>();
  finished.setResult(42);
  expect(await runner.run(finished)).toBe(42);
  expect(await runner.run(sleepingFuture(runner.getLoop()))).toBe('slept');
  expect(await runner.run(answer('coroutine'))).toBe('coroutine');
  expect(madeCount).toBe(1);
  await runner.close();
});

/** Something of the user's own that a coroutine can wait for. */
function sleepingFuture(loop: EventLoop): Coroutine<string> {
  return (function* () {
    const future = loop.createFuture<string>();
    loop.callLater(5, () => future.setResult('slept'));
    return yield* future;
  })();
}

scenario('A-146c', 'without a factory the loop is the current one until the end', async (stage) => {
  const { newLoop } = stage;
  setLoopFactory(newLoop);
  try {
    const runner = new Runner();
    const seen = new Set<EventLoop>();
    const main = function* (): Coroutine<EventLoop> {
      yield* sleep(1);
      return getEventLoop();
    };
    seen.add(await runner.run(main()));
    // Nobody sets it a second time: what the program sets in between stays.
    const other = newLoop();
    setEventLoop(other);
    seen.add(await runner.run(main()));
    expect([...seen]).toEqual([runner.getLoop()]);
    expect(getEventLoop()).toBe(other);
    await runner.close();
    expect(getEventLoop()).not.toBe(other);
  } finally {
    setLoopFactory(null);
    setEventLoop(null);
  }
});

scenario('S-1.11-1', 'a runner that is closed is refused', async ({ newLoop }) => {
  const loop = newLoop();
  const runner = new Runner({ loopFactory: () => loop });
  await runner.run(answer(1));
  await runner.close();
  await runner.close();
  expect(loop.isClosed()).toBe(true);
  const late = answer(2);
  await expect(runner.run(late)).rejects.toThrow('Runner is closed');
  expect(late.next().done).toBe(true);
  expect(() => runner.getLoop()).toThrow('Runner is closed');
  const unused = new Runner({ loopFactory: () => loop });
  await unused.close();
  await expect(unused.run(answer(3))).rejects.toThrow('Runner is closed');
});

taskScenario('S-1.11-2', 'a runner is refused inside a run', function* ({ loop, newLoop }) {
  const runner = new Runner({ loopFactory: newLoop });
  const coroutine = answer(1);
  const refusal = runner.run(coroutine);
  const seen = loop.createFuture<unknown>();
  refusal.catch((error: unknown) => seen.setResult(error));
  if (loop.refusePromise === undefined) {
    expect(String(yield* on(seen))).toBe(
      'LoopRunningError: Runner.run() cannot be called from a running event loop',
    );
  }
  expect(coroutine.next().done).toBe(true);
});

scenario('S-1.11-3', 'one async context serves all runs of a runner', async ({ newLoop }) => {
  const variable = new AsyncLocalStorage<string>();
  const runner = new Runner({ loopFactory: newLoop });
  const read = function* (): Coroutine<string | undefined> {
    yield* sleep(1);
    return variable.getStore();
  };
  expect(await variable.run('first', () => runner.run(read()))).toBe('first');
  expect(await variable.run('second', () => runner.run(read()))).toBe('first');
  const context = variable.run('third', () => AsyncLocalStorage.snapshot());
  expect(await runner.run(read(), { context })).toBe('third');
  await runner.close();
});

scenario('S-1.11-4', 'a factory makes a loop that is not set as current', async ({ newLoop }) => {
  const current = newLoop();
  setEventLoop(current);
  try {
    const runner = new Runner({ loopFactory: newLoop, debug: true });
    expect(await runner.run(answer('value'))).toBe('value');
    expect([runner.getLoop().getDebug(), current.getDebug()]).toEqual([true, false]);
    expect(getEventLoop()).toBe(current);
    await runner.close();
    expect(getEventLoop()).toBe(current);
  } finally {
    setEventLoop(null);
  }
});
