// Scenarios of CPython's test suite are here.

import {
  allTasks,
  type Coroutine,
  currentTask,
  type EventLoop,
  getEventLoop,
  getRunningLoop,
  HostEventLoop,
  InvalidArgumentError,
  isCancelled,
  LoopRunningError,
  NoRunningLoopError,
  run,
  setEventLoop,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(1);
  return value;
}

describe('run()', () => {
  test.for([
    ['a coroutine', answer(42)],
    ['an async function', async (): Promise<number> => sleep(1, 42)],
    ['a function that makes a coroutine', (): Coroutine<number> => answer(42)],
    ['a plain function', (): number => 42],
    ['a promise', Promise.resolve(42)],
  ] as const)('gives the value of %s', async ([, main]) => {
    expect(await run<number>(main)).toBe(42);
  });

  test('throws the error of main', async () => {
    const failure = new RangeError('spam');
    const main = function* (): Coroutine<never> {
      yield* sleep(1);
      throw failure;
    };
    await expect(run(main())).rejects.toBe(failure);
  });

  test('makes a loop that is the current and the running one, and closes it', async () => {
    let loop: EventLoop | undefined;
    await run(async () => {
      loop = getRunningLoop();
      expect(getEventLoop()).toBe(loop);
      expect(currentTask()).not.toBeNull();
    });
    expect(loop?.isClosed()).toBe(true);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
    const next = await run(() => getRunningLoop());
    expect(next).not.toBe(loop);
  });

  test('cancels what is left, and waits for it to clean up', async () => {
    const log: string[] = [];
    const linger = async (word: string): Promise<void> => {
      try {
        await sleep(60_000);
      } catch (error) {
        log.push(`${word} ${isCancelled(error) ? 'cancelled' : 'failed'}`);
        await sleep(1);
        log.push(`${word} clean`);
        throw error;
      }
    };
    let loop: EventLoop | undefined;
    const value = await run(async () => {
      loop = getRunningLoop();
      void loop.createTask(() => linger('async'));
      void loop.createTask(
        (function* (): Coroutine<void> {
          try {
            yield* sleep(60_000);
          } finally {
            log.push('coroutine cancelled');
          }
        })(),
      );
      await sleep(1);
      return 'value';
    });
    expect(value).toBe('value');
    expect(log).toHaveLength(3);
    expect(log).toContain('coroutine cancelled');
    expect(log.filter((line) => line.startsWith('async'))).toEqual([
      'async cancelled',
      'async clean',
    ]);
    expect(allTasks(loop as EventLoop).size).toBe(0);
  });

  test('cancels what is left also when main fails', async () => {
    const log: string[] = [];
    const failing = run(async () => {
      void getRunningLoop().createTask(async () => {
        await sleep(60_000).finally(() => log.push('cancelled'));
      });
      await sleep(1);
      throw new RangeError('spam');
    });
    await expect(failing).rejects.toThrow('spam');
    expect(log).toEqual(['cancelled']);
  });

  test('reports what fails while it is cancelled', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const failure = new RangeError('division by zero');
    const main = async (): Promise<string> => {
      const task = loop.createTask(async () => {
        await sleep(60_000).catch(() => {
          throw failure;
        });
      });
      task.setName('stubborn');
      await sleep(1);
      return 'value';
    };
    expect(await run(main, { loopFactory: () => loop })).toBe('value');
    expect(reports).toHaveLength(1);
    expect(Object.keys(reports[0] ?? {}).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'exception',
      'message',
      'task',
    ]);
    expect(reports[0]?.message).toBe('unhandled exception during run() shutdown');
    expect(reports[0]?.exception).toBe(failure);
    expect(String(reports[0]?.task)).toMatch(/name='stubborn'/);
    expect(loop.isClosed()).toBe(true);
  });

  test('is refused inside a running loop, and ends the coroutine that it was given', async () => {
    const coroutine = answer(1);
    const main = async (): Promise<void> => {
      const inner = run(coroutine);
      await expect(inner).rejects.toThrow(LoopRunningError);
      await expect(inner).rejects.toThrow('run() cannot be called from a running event loop');
    };
    await run(main);
    expect(coroutine.next().done).toBe(true);
  });

  test('is refused for what cannot be awaited, and closes its loop all the same', async () => {
    let loop: EventLoop | undefined;
    const loopFactory = (): EventLoop => (loop = new HostEventLoop());
    await expect(run(1 as never, { loopFactory })).rejects.toThrow(InvalidArgumentError);
    expect(loop?.isClosed()).toBe(true);
    await expect(run(1 as never)).rejects.toThrow(/an awaitable is required/);
    await expect(run(answer as never)).rejects.toThrow(/call it, answer\(…\)/);
    expect(await run(() => 'still works')).toBe('still works');
  });

  test('turns debug mode on or off', async () => {
    expect(await run(() => getRunningLoop().getDebug())).toBe(false);
    expect(await run(() => getRunningLoop().getDebug(), { debug: true })).toBe(true);
  });

  test('uses the loop of a factory, made once, which it does not set as current', async () => {
    const current = virtualLoop();
    setEventLoop(current);
    const made: HostEventLoop[] = [];
    const loopFactory = (): HostEventLoop => {
      const loop = virtualLoop(`made-${made.length}`);
      made.push(loop);
      return loop;
    };
    const seen = await run(
      async () => {
        await sleep(60_000);
        return [getRunningLoop().name, getRunningLoop().time()];
      },
      { loopFactory },
    );
    expect(seen).toEqual(['made-0', 60_000]);
    expect(made).toHaveLength(1);
    expect(getEventLoop()).toBe(current);
    setEventLoop(null);
  });

  test('leaves the loop that is then current unset, as asyncio does', async () => {
    const current = virtualLoop();
    setEventLoop(current);
    await run(() => 1);
    expect(getEventLoop()).not.toBe(current);
    setEventLoop(null);
  });

  test('can follow one upon another', async () => {
    const values: number[] = [];
    for (let count = 0; count < 20; count += 1) values.push(await run(() => sleep(0, count)));
    expect(values).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test('tells when a stop() ends it before main is done, and leaves nothing behind', async () => {
    let wasCancelled = false;
    const stopped = run(async () => {
      setImmediate((loop: EventLoop) => loop.stop(), getRunningLoop());
      await sleep(60_000).finally(() => (wasCancelled = true));
    });
    await expect(stopped).rejects.toThrow('Event loop stopped before Future completed.');
    expect(wasCancelled).toBe(true);
  });
});
