// An executor for a loop that blocks its thread: the same behaviour, over a link to a pool in a
// thread of its own. Node stands still while the loop runs, so the tests do too.

import {
  BlockingEventLoop,
  CancelledError,
  type Coroutine,
  gather,
  InvalidArgumentError,
  InvalidStateError,
  NotCloneableError,
  PiscinaExecutor,
  QueueFullError,
  type RemoteFunction,
  sleep,
  ThreadDiedError,
  timeout,
  TimeoutError,
  toThread,
} from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newFlag, raise } from '../threads/fixtures/flag.js';
import { jobs, newExecutor } from './executors.js';

/** A loop whose default executor ends with the test. */
function blockingLoop(): BlockingEventLoop {
  const loop = new BlockingEventLoop();
  onTestFinished(() => {
    loop.runUntilComplete(loop.shutdownDefaultExecutor(1_000));
    loop.close();
  });
  return loop;
}

function thrownBy(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('on a blocking loop', () => {
  test('jobs run side by side while the thread is blocked', () => {
    const loop = blockingLoop();
    const allowed = newFlag();
    const main = function* (): Coroutine<unknown> {
      const blocked = toThread(jobs.block, newFlag(), allowed);
      const others = yield* gather([toThread(jobs.add, 1, 1), toThread(jobs.addLater, 2, 2)]);
      raise(allowed);
      yield* blocked;
      return others;
    };
    loop.setDefaultExecutor(newExecutor({ maxThreads: 2 }));
    expect(loop.runUntilComplete(main())).toEqual([2, 4]);
  });

  test('a job may be submitted before the loop runs', () => {
    const loop = blockingLoop();
    const future = loop.runInExecutor(null, jobs.add, 20, 22);
    expect(loop.runUntilComplete(future)).toBe(42);
  });

  test('errors are those of any executor', () => {
    const loop = blockingLoop();
    const fail = (fn: object, ...args: unknown[]): Error => {
      const address = fn as RemoteFunction<(...args: unknown[]) => unknown>;
      return thrownBy(() => loop.runUntilComplete(loop.runInExecutor(null, address, ...args)));
    };
    const error = fail(jobs.failWithAll);
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ code: 'E_FAR', distance: 7, cause: new TypeError('the cause') });
    expect(error.stack).toMatch(/at failWithAll .*\n.*called from --\n.*\n.*pool-in-thread\.test/);
    expect(fail(jobs.makeUncloneable)).toBeInstanceOf(NotCloneableError);
    expect(fail(jobs.echo, () => 1)).toBeInstanceOf(NotCloneableError);
    expect(fail(jobs.coroutine)).toBeInstanceOf(InvalidArgumentError);
    expect(fail(jobs.exit, 3)).toBeInstanceOf(ThreadDiedError);
    expect(loop.runUntilComplete(loop.runInExecutor(null, jobs.add, 1, 1))).toBe(2);
  });

  test('a cancel reaches the job, and its thread is replaced after the grace time', () => {
    const loop = blockingLoop();
    loop.setDefaultExecutor(newExecutor({ maxThreads: 1, graceMs: 10 }));
    const main = function* (): Coroutine<number> {
      const started = newFlag();
      const job = toThread(jobs.spin, started);
      while (Atomics.load(started, 0) === 0) yield* sleep(1);
      try {
        yield* timeout(1, function* () {
          yield* job;
        });
      } catch (error) {
        expect(error).toBeInstanceOf(TimeoutError);
      }
      expect(job.cancelled()).toBe(true);
      return yield* toThread(jobs.add, 1, 1);
    };
    expect(loop.runUntilComplete(main())).toBe(2);
  });

  test('a full queue shows in the future, and the figures can be read', () => {
    const loop = blockingLoop();
    const executor = newExecutor({ maxThreads: 1, maxQueue: 0 });
    const [started, allowed] = [newFlag(), newFlag()];
    const running = loop.runInExecutor(executor, jobs.block, started, allowed);
    const refused = loop.runInExecutor(executor, jobs.add, 1, 1);
    expect(() => loop.runUntilComplete(refused)).toThrow(QueueFullError);
    expect(executor.stats()).toMatchObject({ threadCount: 1, runningCount: 1, waitingCount: 0 });
    raise(allowed);
    loop.runUntilComplete(running);
  });

  test('shutdown waits, is refused nothing, and may come twice', () => {
    const loop = blockingLoop();
    const executor = newExecutor({ maxThreads: 1 });
    loop.setDefaultExecutor(executor);
    const future = loop.runInExecutor(null, jobs.add, 1, 1);
    loop.runUntilComplete(loop.shutdownDefaultExecutor());
    expect(future.result()).toBe(2);
    expect(executor.shutdown().result()).toBe(true);
    const submit = (): unknown => loop.runInExecutor(null, jobs.add, 1, 1);
    expect(submit).toThrow(new InvalidStateError('Executor shutdown has been called'));
  });

  test('a shutdown that takes too long ends the jobs by force', () => {
    const loop = blockingLoop();
    const executor = newExecutor({ graceMs: Infinity });
    const spinning = loop.runInExecutor(executor, jobs.spin, newFlag());
    const ended = executor.shutdown({ timeoutMs: 300 });
    const main = function* (): Coroutine<boolean> {
      return yield* ended;
    };
    expect(loop.runUntilComplete(main())).toBe(false);
    expect(() => loop.runUntilComplete(spinning)).toThrow(CancelledError);
  });

  test('an executor that lives with Node is refused, for it could never answer', async () => {
    const executor = newExecutor();
    await executor.submit(jobs.add, [1, 1]);
    const submit = (): unknown => blockingLoop().runInExecutor(executor, jobs.add, 1, 1);
    expect(submit).toThrow(InvalidStateError);
    expect(submit).toThrow(/give the blocking loop an executor of its own$/);
  });

  test('an executor that lives in a thread of its own serves other loops too', async () => {
    const loop = blockingLoop();
    const executor = new PiscinaExecutor();
    expect(loop.runUntilComplete(loop.runInExecutor(executor, jobs.add, 1, 1))).toBe(2);
    expect(await executor.submit(jobs.add, [2, 2])).toBe(4);
    await executor.shutdown();
  });
});
