// A function in another thread, from within a task; and the end of a run that used threads.

import {
  BlockingEventLoop,
  CancelledError,
  type Coroutine,
  getRunningLoop,
  NoRunningLoopError,
  PiscinaExecutor,
  run,
  Runner,
  sleep,
  toThread,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { jobs } from '../executors/executors.js';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';

describe('toThread()', () => {
  test('gives the value in both kinds of task, and leaves the loop free meanwhile', async () => {
    const main = function* (): Coroutine<[number, number]> {
      const [started, allowed] = [newFlag(), newFlag()];
      const blocked = toThread(jobs.block, started, allowed);
      while (Atomics.load(started, 0) === 0) yield* sleep(1);
      raise(allowed);
      return [yield* blocked, yield* toThread(jobs.add, 1, 2)];
    };
    expect(await run(main())).toEqual([expect.any(Number), 3]);
    expect(await run(async () => toThread(jobs.addLater, 3, 4))).toBe(7);
  });

  test('cancels the job when its task is cancelled', async () => {
    const aborted = newFlag();
    await run(async () => {
      const started = newFlag();
      const task = getRunningLoop().createTask(async () => {
        await toThread(jobs.waitForAbort, started, aborted);
      });
      await raised(started);
      task.cancel('no more');
      await expect(task).rejects.toThrow(new CancelledError('no more'));
      await raised(aborted);
    });
  });

  test('needs a loop that runs', () => {
    expect(() => toThread(jobs.add, 1, 2)).toThrow(NoRunningLoopError);
  });
});

describe('the end of a run', () => {
  test('waits for the jobs of the default executor, and ends its threads', async () => {
    const executor = new PiscinaExecutor({ maxThreads: 1 });
    const [started, allowed] = [newFlag(), newFlag()];
    const runner = new Runner();
    const job = await runner.run(async () => {
      const loop = getRunningLoop();
      loop.setDefaultExecutor(executor);
      const future = toThread(jobs.block, started, allowed);
      await raised(started);
      return [future];
    });
    const closed = runner.close();
    expect(executor.stats().threadCount).toBe(1);
    raise(allowed);
    await closed;
    expect(job[0]?.done()).toBe(true);
    expect(executor.stats()).toMatchObject({ threadCount: 0, completedCount: 1 });
  });

  test('does so on a blocking loop as well', async () => {
    const loopFactory = (): BlockingEventLoop => new BlockingEventLoop();
    const main = function* (): Coroutine<number> {
      return yield* toThread(jobs.add, 1, 2);
    };
    expect(await run(main(), { loopFactory })).toBe(3);
  });
});
