// What every loop promises about runs: who may run when, how a run ends, and closing.
// Scenarios of CPython's test suite are here.

import { inspect } from 'node:util';
import {
  type Coroutine,
  DifferentLoopError,
  getEventLoop,
  getRunningLoop,
  InvalidArgumentError,
  isCancelled,
  LoopClosedError,
  LoopRunningError,
  LoopStoppedError,
  NoRunningLoopError,
  setEventLoop,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { createLoop, type LoopKind, runForever, runUntilComplete } from './loop-kinds.js';

export function describeRunning(kind: LoopKind): void {
  describe('a run', () => {
    test('makes the loop the running one of its thread, and nothing else', async () => {
      const loop = createLoop(kind);
      const other = createLoop(kind);
      setEventLoop(other);
      const seen: unknown[] = [];
      loop.callSoon(() => {
        seen.push(loop.isRunning(), getRunningLoop() === loop.createFuture().getLoop());
        seen.push(getEventLoop() === getRunningLoop(), other.isRunning());
        loop.stop();
      });
      expect(loop.isRunning()).toBe(false);
      await runForever(loop);
      expect(seen).toEqual([true, true, true, false]);
      expect(loop.isRunning()).toBe(false);
      expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
      expect(() => getRunningLoop()).toThrow('no running event loop');
      expect(getEventLoop()).toBe(other);
      setEventLoop(null);
    });

    test('of a loop that runs already is refused', async () => {
      const loop = createLoop(kind);
      const errors: unknown[] = [];
      loop.callSoon(() => {
        void runForever(loop).catch((error: unknown) => errors.push(error));
        void runUntilComplete(loop, sleep(0)).catch((error: unknown) => errors.push(error));
        loop.callLater(1, () => loop.stop());
      });
      await runForever(loop);
      expect(errors.map(String)).toEqual([
        'LoopRunningError: This event loop is already running',
        'LoopRunningError: This event loop is already running',
      ]);
    });

    test('inside the run of another loop is refused, and changes nothing', async () => {
      const outer = createLoop(kind);
      const inner = createLoop(kind);
      let refused: Promise<unknown> | undefined;
      let bodyRan = false;
      const coroutine = (function* (): Coroutine<void> {
        bodyRan = true;
      })();
      let seen: unknown[] = [];
      outer.callSoon(() => {
        const running = getRunningLoop();
        refused = runUntilComplete(inner, coroutine).catch((error: unknown) => error);
        seen = [getRunningLoop() === running, inner.isRunning()];
        inner.close();
        outer.stop();
      });
      await runForever(outer);
      const error = await refused;
      expect(error).toBeInstanceOf(LoopRunningError);
      expect(String(error)).toMatch('Cannot run the event loop while another loop is running');
      expect(seen).toEqual([true, false]);
      expect(inner.isClosed()).toBe(true);
      expect(bodyRan).toBe(false);
    });

    test('until complete gives the value, whatever the loop is given', async () => {
      const loop = createLoop(kind);
      const future = loop.createFuture<string>();
      loop.callSoon(() => future.setResult('future'));
      expect(await runUntilComplete(loop, future)).toBe('future');
      expect(await runUntilComplete(loop, future)).toBe('future');
      expect(await runUntilComplete(loop, answer('coroutine'))).toBe('coroutine');
      expect(await runUntilComplete(loop, () => answer('function'))).toBe('function');
    });

    test('until complete throws the error', async () => {
      const loop = createLoop(kind);
      const failure = new RangeError('out of reach');
      const fail = function* (): Coroutine<never> {
        yield* sleep(1);
        throw failure;
      };
      await expect(runUntilComplete(loop, fail())).rejects.toBe(failure);
    });

    test('until complete leaves no stop behind', async () => {
      const loop = createLoop(kind);
      await runUntilComplete(loop, answer(1));
      const log: string[] = [];
      loop.callSoon(() =>
        loop.callSoon(() => {
          log.push('second batch');
          loop.stop();
        }),
      );
      await runForever(loop);
      expect(log).toEqual(['second batch']);
    });

    test('until complete is refused for what cannot be awaited', async () => {
      const loop = createLoop(kind);
      const refused = runUntilComplete(loop, 'blah');
      await expect(refused).rejects.toThrow(InvalidArgumentError);
      await expect(refused).rejects.toThrow(/a coroutine or an awaitable is required, got 'blah'/);
      const foreign = createLoop(kind).createFuture();
      const refusedToo = runUntilComplete(loop, foreign);
      await expect(refusedToo).rejects.toThrow(DifferentLoopError);
      await expect(refusedToo).rejects.toThrow(
        'The future belongs to a different loop than the one specified as the loop argument',
      );
      const notCalled = runUntilComplete(loop, answer);
      await expect(notCalled).rejects.toThrow(/call it, answer\(…\)/);
    });

    test('that is stopped leaves its work pending, and another one resumes it', async () => {
      const loop = createLoop(kind);
      let x = 0;
      const task = loop.createTask(
        (function* (): Coroutine<never> {
          for (;;) {
            yield* sleep(1);
            x += 1;
            if (x === 2) loop.stop();
          }
        })(),
      );
      const stopped = runUntilComplete(loop, task);
      await expect(stopped).rejects.toThrow(LoopStoppedError);
      await expect(stopped).rejects.toThrow('Event loop stopped before Future completed.');
      expect(task.done()).toBe(false);
      expect(x).toBe(2);
      task.cancel();
      await expect(runUntilComplete(loop, task)).rejects.toSatisfy(isCancelled);
    });

    test('can follow another, and finds what was scheduled meanwhile', async () => {
      const loop = createLoop(kind);
      const log: number[] = [];
      for (let count = 0; count < 4; count += 1) {
        loop.callSoon(() => log.push(count));
        loop.callLater(1, () => loop.stop());
        await runForever(loop);
      }
      expect(log).toEqual([0, 1, 2, 3]);
    });
  });

  describe('closing', () => {
    test('is for good, drops what waits, and can be done twice', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callSoon(() => log.push('soon'));
      loop.callLater(0, () => log.push('later'));
      loop.close();
      loop.close();
      expect(loop.isClosed()).toBe(true);
      for (const use of [
        () => loop.callSoon(() => {}),
        () => loop.callSoonThreadsafe(() => {}),
        () => loop.callLater(1, () => {}),
        () => loop.callAt(1, () => {}),
        () => loop.createTask(() => 1),
      ]) {
        expect(use).toThrow(LoopClosedError);
        expect(use).toThrow('Event loop is closed');
      }
      await expect(runForever(loop)).rejects.toThrow('Event loop is closed');
      await expect(runUntilComplete(loop, answer(1))).rejects.toThrow(LoopClosedError);
      loop.stop();
      expect(loop.isRunning()).toBe(false);
      expect(inspect(loop)).toMatch(/ closed=true /);
      expect(log).toEqual([]);
    });

    test('is refused while the loop runs', async () => {
      const loop = createLoop(kind);
      let refused: unknown;
      loop.callSoon(() => {
        try {
          loop.close();
        } catch (error) {
          refused = error;
        }
        loop.stop();
      });
      await runForever(loop);
      expect(refused).toBeInstanceOf(LoopRunningError);
      expect(String(refused)).toMatch('Cannot close a running event loop');
      expect(loop.isClosed()).toBe(false);
    });

    test('ends a coroutine that is given to the loop afterwards', () => {
      const loop = createLoop(kind);
      loop.close();
      const coroutine = answer(1);
      expect(() => loop.createTask(coroutine)).toThrow(LoopClosedError);
      expect(coroutine.next()).toEqual({ done: true, value: undefined });
    });
  });

  test('time goes on and never back', async () => {
    const loop = createLoop(kind);
    const times: number[] = [loop.time()];
    for (let delayMs = 0; delayMs < 4; delayMs += 1) {
      loop.callLater(delayMs, () => times.push(loop.time()));
    }
    loop.callLater(4, () => loop.stop());
    await runForever(loop);
    times.push(loop.time());
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeGreaterThanOrEqual((times[0] ?? NaN) + 4);
  });

  test('debug mode is off, and can be turned on and off', () => {
    const loop = createLoop(kind);
    expect(loop.getDebug()).toBe(false);
    loop.setDebug(true);
    expect(loop.getDebug()).toBe(true);
    expect(inspect(loop)).toMatch(/ debug=true>$/);
    loop.setDebug(false);
    expect(loop.getDebug()).toBe(false);
  });
}

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(0);
  return value;
}
