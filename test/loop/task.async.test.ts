// What is special about async functions as tasks: nobody can reach into them, so a cancel comes by
// the AbortSignal, and by every wait of this library.

import { once } from 'node:events';
import { setTimeout as nodeTimeout } from 'node:timers/promises';
import { CancelledError, type Coroutine, isCancelled, sleep, type Task, timeout } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { nodeTurn, recordReports, runOneTick, virtualLoop } from './fixtures.js';

describe('the signal of a task', () => {
  test('fires when the task is cancelled, with the error as its reason', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const task = loop.createTask(async (signal) => {
      seen.push(signal.aborted);
      signal.addEventListener('abort', () => seen.push(signal.reason));
      await sleep(1_000);
    });
    loop.callLater(1, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
    expect(seen).toEqual([false, new CancelledError('enough')]);
  });

  test('is the same for whoever asks, and has fired already for whoever asks late', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async () => await sleep(1_000));
    await runOneTick(loop);
    task.cancel('enough');
    expect(task.signal).toBe(task.signal);
    expect(task.signal.aborted).toBe(true);
    expect(task.signal.reason).toEqual(new CancelledError('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
  });

  test('also serves a coroutine, and stays silent when the task ends well', async () => {
    const loop = virtualLoop();
    let signal: AbortSignal | undefined;
    const task = loop.createTask(function (given) {
      signal = given;
      return (function* (): Coroutine<string> {
        return yield* sleep(1, 'slept');
      })();
    });
    expect(await loop.runUntilComplete(task)).toBe('slept');
    expect(signal?.aborted).toBe(false);
    expect(signal).toBe(task.signal);
  });

  test('ends what Node awaits under it, and the task is cancelled', async () => {
    const loop = virtualLoop();
    const task = loop.createTask((signal) => nodeTimeout(60_000, 'never', { signal }));
    loop.callLater(1, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
    expect(task.cancelled()).toBe(true);
  });

  test('ends what Node awaits under it by an event, too', async () => {
    const loop = virtualLoop();
    const target = new EventTarget();
    const task = loop.createTask((signal) => once(target, 'never', { signal }));
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(task.cancelled()).toBe(true);
  });

  test('can be thrown by its reason', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async (signal) => {
      while (!signal.aborted) await nodeTurn();
      signal.throwIfAborted();
    });
    loop.callLater(1, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
    expect(task.cancelled()).toBe(true);
  });

  test('is not what a foreign AbortError comes from', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async () => {
      await nodeTimeout(60_000, 'never', { signal: AbortSignal.abort(new Error('elsewhere')) });
    });
    await expect(loop.runUntilComplete(task)).rejects.toMatchObject({ name: 'AbortError' });
    expect(task.cancelled()).toBe(false);
  });

  test('is not what a foreign AbortError comes from, even after a cancel', async () => {
    const loop = virtualLoop();
    const task: Task<void> = loop.createTask(async () => {
      await sleep(1_000).catch(() => {});
      await nodeTimeout(60_000, 'never', { signal: AbortSignal.abort(new Error('elsewhere')) });
    });
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toMatchObject({ name: 'AbortError' });
    expect(task.cancelled()).toBe(false);
  });
});

describe('cancelling an async function that awaits a native promise', () => {
  test('waits for that, and lands at the next wait of this library', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    let letGo: () => void = () => {};
    const native = new Promise<void>((resolve) => (letGo = resolve));
    const task = loop.createTask(async () => {
      await native;
      log.push('native promise was awaited');
      try {
        await sleep(1_000);
      } catch (error) {
        log.push(String(error));
        throw error;
      }
    });
    loop.callLater(1, () => {
      task.cancel('enough');
      setImmediate(letGo);
    });
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(log).toEqual(['native promise was awaited', 'CancelledError: enough']);
    expect(loop.time()).toBe(1);
  });

  test('is passed on to what it waits for next, which may refuse', async () => {
    const loop = virtualLoop();
    const dropped = loop.createFuture<string>();
    const stubborn = loop.createTask(
      async () => await sleep(1_000, 'slept').catch(() => 'refused'),
    );
    let letGo: () => void = () => {};
    const native = new Promise<void>((resolve) => (letGo = resolve));
    const task: Task<string> = loop.createTask(async () => {
      await native;
      await expect(dropped).rejects.toThrow(new CancelledError('enough'));
      task.cancel('once more');
      return stubborn;
    });
    loop.callLater(1, () => {
      task.cancel('enough');
      setImmediate(letGo);
    });
    expect(await loop.runUntilComplete(task)).toBe('refused');
    expect(dropped.cancelled()).toBe(true);
    expect(loop.time()).toBe(1);
  });

  test('counts in the end where no other wait comes', async () => {
    const loop = virtualLoop();
    let letGo: (value: string) => void = () => {};
    const native = new Promise<string>((resolve) => (letGo = resolve));
    const task = loop.createTask(() => native);
    loop.callLater(1, () => {
      task.cancel('enough');
      setImmediate(letGo, 'value');
    });
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
  });

  test('lands in all waits under Promise.all, in tasks of their own and below them', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const nap = async (word: string): Promise<void> => {
      try {
        await sleep(1_000);
      } finally {
        log.push(word);
      }
    };
    const inner = loop.createTask(() => nap('inner task'));
    const task = loop.createTask(async () => {
      await Promise.all([nap('one'), nap('two'), sleep(1_000), inner]);
    });
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    await nodeTurn();
    expect(log.toSorted((a, b) => a.localeCompare(b))).toEqual(['inner task', 'one', 'two']);
    expect(inner.cancelled()).toBe(true);
    expect(loop.time()).toBe(1);
  });

  test('leaves alone what it waited for before', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async () => {
      for (let count = 0; count < 50; count += 1) await sleep(1);
      await sleep(1_000);
    });
    loop.callLater(60, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(loop.time()).toBe(60);
  });

  test('leaves other tasks alone, also those that it started', async () => {
    const loop = virtualLoop();
    const children: Task<string>[] = [];
    const task = loop.createTask(async () => {
      children.push(loop.createTask(() => sleep(10, 'async child')));
      children.push(
        loop.createTask(
          (function* (): Coroutine<string> {
            return yield* sleep(10, 'coroutine child');
          })(),
        ),
      );
      await sleep(1_000);
    });
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    for (const child of children) await loop.runUntilComplete(child);
    expect(children.map((child) => child.result())).toEqual(['async child', 'coroutine child']);
  });

  test('leaves alone what a callback waits for that it scheduled', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    let outcome: unknown;
    const task = loop.createTask(async () => {
      loop.callSoon(async () => {
        outcome = await sleep(10, 'slept').catch(String);
      });
      await sleep(1_000);
    });
    loop.callLater(1, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    await loop.runUntilComplete(() => sleep(20));
    expect(outcome).toBe('slept');
    expect(reports).toEqual([]);
  });
});

test('an async function goes on with the next run of its loop', async () => {
  const loop = virtualLoop();
  const first = loop.createFuture<void>();
  const task = loop.createTask(async () => {
    await first;
    await sleep(5);
    return 'went on';
  });
  loop.callLater(1, () => first.setResult());
  await loop.runUntilComplete(first);
  await nodeTurn();
  expect(await loop.runUntilComplete(task)).toBe('went on');
});

test('a function that returns a wait of ours is cancelled at that wait', async () => {
  const loop = virtualLoop();
  const waits: (() => PromiseLike<unknown>)[] = [
    () => sleep(1_000),
    () => timeout(2_000, () => sleep(1_000)),
  ];
  for (const wait of waits) {
    const task = loop.createTask(wait);
    loop.callLater(1, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('enough'));
  }
  expect(loop.time()).toBe(2);
});
