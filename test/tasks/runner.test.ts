// Several runs on one loop: what is ours alone. asyncio's own scenarios are in test/conformance.

import {
  AwaitCycleError,
  type Coroutine,
  getEventLoop,
  InvalidStateError,
  Runner,
  setEventLoop,
  sleep,
  type Task,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

describe('Runner', () => {
  test('runs both kinds of work, promises and plain functions on one loop', async () => {
    const loop = virtualLoop();
    await using runner = new Runner({ loopFactory: () => loop });
    const work = function* (): Coroutine<string> {
      return yield* sleep(1, 'coroutine');
    };
    expect([
      await runner.run(work()),
      await runner.run(async () => sleep(1, 'async')),
      await runner.run(Promise.resolve('promise')),
      await runner.run(() => 'plain'),
    ]).toEqual(['coroutine', 'async', 'promise', 'plain']);
    expect(loop.time()).toBe(2);
  });

  test('leaves tasks alone between its runs, and cancels them when it is closed', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const runner = new Runner({ loopFactory: () => loop });
    await runner.run(() => {
      void loop.createTask(async () => {
        await sleep(5);
        log.push('went on');
        await sleep(60_000).finally(() => log.push('cancelled'));
      });
    });
    expect(log).toEqual([]);
    await runner.run(async () => sleep(10));
    expect(log).toEqual(['went on']);
    await runner.close();
    expect(log).toEqual(['went on', 'cancelled']);
    expect(loop.isClosed()).toBe(true);
  });

  test('shuts the executor down also when tasks wait for each other in a ring', async () => {
    const loop = virtualLoop();
    const shutdowns: unknown[] = [];
    loop.setDefaultExecutor({
      submit: async () => undefined,
      shutdown: async (options) => void shutdowns.push(options),
    });
    const runner = new Runner({ loopFactory: () => loop });
    const tasks: Task<void>[] = [];
    await runner.run(async () => {
      for (const other of [1, 0]) {
        tasks.push(loop.createTask(async () => sleep(1).then(() => tasks[other])));
      }
      await sleep(2);
    });
    await expect(runner.close()).rejects.toThrow(AwaitCycleError);
    // Its jobs are waited for; that the loop closes tells it once more, and waits for nothing.
    expect(shutdowns).toEqual([{ timeoutMs: 300_000 }, undefined]);
    expect(loop.isClosed()).toBe(true);
  });

  test('closes its loop at the end of the scope of an await using', async () => {
    const loop = virtualLoop();
    {
      await using runner = new Runner({ loopFactory: () => loop });
      await runner.run(() => null);
      expect(loop.isClosed()).toBe(false);
    }
    expect(loop.isClosed()).toBe(true);
  });

  test('that was never used makes no loop', async () => {
    let madeCount = 0;
    const runner = new Runner({
      loopFactory: () => {
        madeCount += 1;
        return virtualLoop();
      },
    });
    await runner.close();
    expect(madeCount).toBe(0);
    expect(() => runner.getLoop()).toThrow(InvalidStateError);
  });

  test('sets its own loop as current, and clears it at the end', async () => {
    const before = virtualLoop();
    setEventLoop(before);
    const runner = new Runner();
    const loop = runner.getLoop();
    expect(getEventLoop()).toBe(loop);
    await runner.close();
    expect(getEventLoop()).not.toBe(loop);
    expect(getEventLoop()).not.toBe(before);
    setEventLoop(null);
  });
});
