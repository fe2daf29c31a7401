// The executor as its users see it: what runs, in which order, what comes back, what is refused.

import {
  ExportNotFoundError,
  InvalidArgumentError,
  InvalidStateError,
  NotAFunctionError,
  NotCloneableError,
  PiscinaExecutor,
  QueueFullError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';
import { errorOf, jobs, newExecutor } from './executors.js';

describe('a job', () => {
  test('is a plain or an async function, and gives its value', async () => {
    const executor = newExecutor();
    expect(await executor.submit(jobs.add, [1, 2])).toBe(3);
    expect(await executor.submit(jobs.addLater, [3, 4])).toBe(7);
  });

  test('runs in another thread, which serves many', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const first = await executor.submit(jobs.whichThread, []);
    expect(first).toBeGreaterThan(0);
    expect(await executor.submit(jobs.whichThread, [])).toBe(first);
  });

  test('finds no loop in its thread', async () => {
    expect(await newExecutor().submit(jobs.askForLoops, [])).toEqual([
      "NoCurrentLoopError: There is no current event loop in thread 'executor'.",
      'NoRunningLoopError: no running event loop',
    ]);
  });

  test('gets its arguments as they were at the call, also when it has to wait', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const [started, allowed] = [newFlag(), newFlag()];
    const first = executor.submit(jobs.block, [started, allowed]);
    const given = { list: [1] };
    const waiting = executor.submit(jobs.echo, [given]);
    given.list.push(2);
    raise(allowed);
    await first;
    expect(await waiting).toEqual({ list: [1] });
    const atOnce = executor.submit(jobs.echo, [given]);
    given.list.push(3);
    expect(await atOnce).toEqual({ list: [1, 2] });
  });

  test('gets no signal unless it declares one parameter more than is passed', async () => {
    const executor = newExecutor();
    expect(await executor.submit(jobs.declaredParameters, [1, 2])).toBe(2);
  });

  test('that is a coroutine is refused with the way out', async () => {
    const executor = newExecutor();
    for (const fn of [jobs.coroutine, jobs.makeCoroutine]) {
      const error = await errorOf(executor.submit(fn, []));
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toMatch(
        /^coroutines cannot be used with runInExecutor\(\): .*loop\.runCoroutineThreadsafe\(\)/,
      );
    }
  });

  test('that does not exist is told from one that is no function', async () => {
    const executor = newExecutor();
    const { nowhere, noFunction } = jobs as unknown as Record<string, typeof jobs.whichThread>;
    await expect(executor.submit(nowhere as never, [])).rejects.toThrow(ExportNotFoundError);
    await expect(executor.submit(noFunction as never, [])).rejects.toThrow(NotAFunctionError);
  });

  test('that is a function of this thread is refused with the way out', () => {
    const local = (): number => 1;
    const submit = (): unknown => newExecutor().submit(local as never, []);
    expect(submit).toThrow(InvalidArgumentError);
    expect(submit).toThrow(/got the function local: functions do not travel between threads/);
  });
});

describe('jobs', () => {
  test('begin in the order in which they were submitted', async () => {
    const count = 30;
    const executor = newExecutor({ maxThreads: 1 });
    const [started, allowed] = [newFlag(), newFlag()];
    const first = executor.submit(jobs.block, [started, allowed]);
    const order = new Int32Array(new SharedArrayBuffer(4 * (count + 1)));
    const indices = Array.from({ length: count }, (_, index) => index);
    const all = indices.map((index) => executor.submit(jobs.note, [order, index]));
    raise(allowed);
    await Promise.all([first, ...all]);
    expect([...order.subarray(0, count)]).toEqual(indices.map((index) => index + 1));
  });

  test('run at once as far as there are threads, each in its own', async () => {
    const executor = newExecutor({ maxThreads: 2 });
    const [started, allowed] = [[newFlag(), newFlag()], newFlag()];
    const running = started.map((flag) => executor.submit(jobs.block, [flag, allowed]));
    await Promise.all(started.map(raised));
    raise(allowed);
    expect(new Set(await Promise.all(running)).size).toBe(2);
  });

  test('that wait are bounded by maxQueue, and further ones refused', async () => {
    const executor = newExecutor({ maxThreads: 1, maxQueue: 2 });
    const [started, allowed] = [newFlag(), newFlag()];
    const first = executor.submit(jobs.block, [started, allowed]);
    const waiting = [1, 2].map((n) => executor.submit(jobs.add, [n, n]));
    const submit = (): unknown => executor.submit(jobs.add, [3, 3]);
    expect(submit).toThrow(QueueFullError);
    expect(submit).toThrow("The executor's threads are busy, and 2 jobs wait already (maxQueue)");
    raise(allowed);
    await first;
    expect(await Promise.all(waiting)).toEqual([2, 4]);
    expect(await executor.submit(jobs.add, [4, 4])).toBe(8);
  });

  test('are refused after shutdown()', async () => {
    const executor = newExecutor();
    await executor.shutdown();
    const submit = (): unknown => executor.submit(jobs.add, [1, 1]);
    expect(submit).toThrow(new InvalidStateError('cannot schedule new futures after shutdown'));
  });
});

describe('what cannot be copied', () => {
  test.for([
    ['at once', 0],
    ['in the queue', 1],
  ] as const)('fails its job alone, with the path: an argument, %s', async ([, ahead]) => {
    const executor = newExecutor({ maxThreads: 1 });
    const allowed = newFlag();
    const before = Array.from({ length: ahead }, () =>
      executor.submit(jobs.block, [newFlag(), allowed]),
    );
    const failing = executor.submit(jobs.echo, [{ list: [{ fn: () => 1 }] }]);
    const next = executor.submit(jobs.add, [1, 1]);
    const error = await errorOf(failing);
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error.message).toMatch(/^argument 1 of echo\(\) .* \(at \.list\[0\]\.fn\)/);
    raise(allowed);
    await Promise.all(before);
    expect(await next).toBe(2);
  });

  test('fails its job alone, with the path: a result', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const thread = await executor.submit(jobs.whichThread, []);
    const error = await errorOf(executor.submit(jobs.makeUncloneable, []));
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error.message).toMatch(
      /^the result of makeUncloneable\(\) .* the function onDone \(at \.list\[1\]\.callback\)/,
    );
    expect(await executor.submit(jobs.whichThread, [])).toBe(thread);
  });
});

describe('an error', () => {
  test('keeps its class, code, properties and cause, and shows both stacks', async () => {
    const error = await errorOf(newExecutor().submit(jobs.failWithAll, []));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'too far', code: 'E_FAR', distance: 7 });
    expect(error.cause).toEqual(new TypeError('the cause'));
    const lines = error.stack?.split('\n') ?? [];
    expect(lines[0]).toBe('RangeError: too far');
    expect(lines[1]).toMatch(/at failWithAll .*jobs\.js/);
    expect(lines[2]).toBe("    -- in an executor's thread, called from --");
    expect(lines[3]).toContain('piscina-executor.test.ts');
    expect(error.stack).not.toContain('/piscina/dist/');
  });

  test('can be anything that was thrown', async () => {
    expect(await errorOf(newExecutor().submit(jobs.throwText, []))).toBe('no error at all');
  });
});

describe('stats()', () => {
  test('counts jobs by how they are and ended, in a frozen record', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const none = { threadCount: 0, runningCount: 0, waitingCount: 0 };
    const ended = { completedCount: 0, failedCount: 0, cancelledCount: 0 };
    expect(executor.stats()).toEqual({ ...none, ...ended, meanWaitMs: 0, meanRunMs: 0 });
    const [started, allowed] = [newFlag(), newFlag()];
    const first = executor.submit(jobs.block, [started, allowed]);
    const failing = executor.submit(jobs.failWithAll, []);
    const withdrawn = executor.submit(jobs.add, [1, 1]);
    withdrawn.cancel();
    await raised(started);
    const busy = { threadCount: 1, runningCount: 1, waitingCount: 1, cancelledCount: 1 };
    expect(executor.stats()).toMatchObject(busy);
    raise(allowed);
    await first;
    await errorOf(failing);
    await eventually(() => executor.stats().runningCount === 0);
    const after = { completedCount: 1, failedCount: 1, cancelledCount: 1, waitingCount: 0 };
    expect(executor.stats()).toMatchObject(after);
    expect(executor.stats().meanRunMs).toBeGreaterThan(0);
    expect(Object.isFrozen(executor.stats())).toBe(true);
    await executor.shutdown();
    expect(executor.stats().threadCount).toBe(0);
  });
});

describe('an idle thread', () => {
  test('lets the timers go on that jobs left there', async () => {
    const executor = newExecutor({ maxThreads: 1 });
    const flag = newFlag();
    await executor.submit(jobs.raiseLater, [flag]);
    await raised(flag);
    await eventually(() => executor.stats().runningCount === 0);
  });

  test('ends after a while, unless it is one of minThreads', async () => {
    const executor = newExecutor({ minThreads: 1, maxThreads: 2, idleTimeoutMs: 1 });
    const [started, allowed] = [[newFlag(), newFlag()], newFlag()];
    const running = started.map((flag) => executor.submit(jobs.block, [flag, allowed]));
    await Promise.all(started.map(raised));
    expect(executor.stats().threadCount).toBe(2);
    raise(allowed);
    await Promise.all(running);
    await eventually(() => executor.stats().threadCount === 1);
  });
});

test('await using waits for the jobs that were accepted', async () => {
  let job: PromiseLike<number>;
  {
    await using executor = new PiscinaExecutor({ maxThreads: 1 });
    job = executor.submit(jobs.addLater, [1, 1]);
  }
  expect(await job).toBe(2);
});
