// A block of time: what is ours alone. asyncio's own scenarios are in test/conformance.

import { setTimeout as nodeTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import {
  BlockingEventLoop,
  type Coroutine,
  currentTask,
  InvalidArgumentError,
  InvalidStateError,
  isCancelled,
  sleep,
  timeout,
  timeoutAt,
  TimeoutError,
} from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

function* sleepLong(): Coroutine<string> {
  return yield* sleep(10_000, 'slept');
}

describe('timeout()', () => {
  test('runs an async body in a coroutine', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown[]> {
      const own = currentTask();
      const value = yield* timeout(100, async () => {
        await sleep(10);
        return currentTask() === own;
      });
      let error: unknown;
      try {
        yield* timeout(100, async () => await sleep(10_000));
      } catch (reason) {
        error = reason;
      }
      return [value, error, own?.cancelling()];
    };
    const [value, error, cancelling] = await loop.runUntilComplete(main());
    expect([value, cancelling, loop.time()]).toEqual([true, 0, 110]);
    expect(error).toBeInstanceOf(TimeoutError);
  });

  test('runs a generator body in an async function', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const own = currentTask();
      const body = function* (): Coroutine<boolean> {
        yield* sleep(10);
        return currentTask() === own;
      };
      expect(await timeout(100, body)).toBe(true);
      await expect(timeout(100, sleepLong)).rejects.toBeInstanceOf(TimeoutError);
      expect(own?.cancelling()).toBe(0);
    });
    expect(loop.time()).toBe(110);
  });

  test('takes a body that returns a wait, and gives its value', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown> {
      return yield* timeout(100, () => sleep(10, 'slept'));
    };
    expect(await loop.runUntilComplete(main())).toBe('slept');
    expect(await loop.runUntilComplete(async () => timeout(100, () => sleep(10, 1)))).toBe(1);
    const blocking = new BlockingEventLoop({ clock: new VirtualClock() });
    expect(blocking.runUntilComplete(main())).toBe('slept');
    blocking.close();
  });

  test('aborts its own signal, and leaves that of the task as it was', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const task = loop.createTask(async (signal) => {
      const block = timeout(10);
      const body = async (): Promise<void> => {
        block.signal.addEventListener('abort', () => seen.push(block.signal.reason));
        await nodeTimeout(60_000, 'never', { signal: block.signal }).catch(() => sleep(0));
      };
      await block.run(body).catch((error: unknown) => seen.push(error));
      seen.push(signal.aborted, currentTask()?.cancelling());
      return sleep(5, 'goes on');
    });
    expect(await loop.runUntilComplete(task)).toBe('goes on');
    expect(seen).toEqual([expect.any(TimeoutError), expect.any(TimeoutError), false, 0]);
  });

  test('aborts its signal with that of the task, also one that comes later', async () => {
    const loop = virtualLoop();
    const reasons: unknown[] = [];
    const work = function* (): Coroutine<void> {
      const block = timeout(1_000);
      yield* block.run(function* () {
        const { signal } = block;
        try {
          yield* sleep(10_000);
        } finally {
          reasons.push(signal.reason);
          const inner = timeout(1_000);
          yield* inner.run(function* () {
            reasons.push(inner.signal.aborted);
            yield* sleep(0);
          });
        }
      });
    };
    const task = loop.createTask(work());
    loop.callLater(5, () => task.cancel('enough'));
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(reasons).toEqual([expect.objectContaining({ message: 'enough' }), true]);
  });

  test('has no signal before it is entered', () => {
    const loop = virtualLoop();
    const block = loop.runUntilComplete(() => timeout(10));
    return expect(block.then((made) => made.signal)).rejects.toThrow(
      'Timeout has not been entered',
    );
  });

  test('passes an error that cannot be changed as it is', async () => {
    const frozen = Object.freeze(new RangeError('frozen'));
    const body = async (): Promise<never> => {
      await sleep(10_000).catch(() => {});
      throw frozen;
    };
    await expect(virtualLoop().runUntilComplete(async () => timeout(10, body))).rejects.toBe(
      frozen,
    );
  });

  test('keeps the cause that an error has, and lets a thrown value pass', async () => {
    const loop = virtualLoop();
    const caused = new RangeError('caused', { cause: 'own' });
    for (const thrown of [caused, 'a text', null]) {
      const body = async (): Promise<never> => {
        await sleep(10_000).catch(() => {});
        throw thrown;
      };
      await expect(loop.runUntilComplete(async () => timeout(10, body))).rejects.toBe(thrown);
    }
    expect(caused.cause).toBe('own');
  });

  test.for([[undefined], ['10'], [Number.NaN], [{}]])('refuses a delay of %s', async ([delay]) => {
    await virtualLoop().runUntilComplete(() => {
      expect(() => timeout(delay as never)).toThrow(InvalidArgumentError);
      expect(() => timeoutAt(delay as never)).toThrow(/whenMs to be a number/);
    });
  });

  test('is refused outside a task', async () => {
    const loop = virtualLoop();
    const refusal = loop.createFuture<unknown>();
    loop.callSoon(() => {
      timeout(10, async () => {}).catch((error: unknown) => refusal.setResult(error));
    });
    const error = await loop.runUntilComplete(refusal);
    expect(error).toBeInstanceOf(InvalidStateError);
    expect((error as Error).message).toBe('Timeout should be used inside a task');
  });

  test('prints the same by inspect', async () => {
    await virtualLoop().runUntilComplete(() => {
      const block = timeout(10);
      expect(inspect(block)).toBe(block.toString());
      expect(inspect(block)).toBe('<Timeout [created]>');
    });
  });
});
