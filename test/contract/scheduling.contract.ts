// What every loop promises about callbacks: their order, the batch, time, and taking them back.
// Scenarios of CPython's test suite are here.

import { type ExceptionContext, InvalidArgumentError, TimerHandle } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { createLoop, type LoopKind, runForever } from './loop-kinds.js';

export function describeScheduling(kind: LoopKind): void {
  describe('callbacks', () => {
    test('run in the order of their scheduling, with their arguments', async () => {
      const loop = createLoop(kind);
      const log: unknown[] = [];
      loop.callSoon((...args: unknown[]) => log.push(args), 1, 'two');
      loop.callSoonThreadsafe((word: string) => log.push(word), 'three');
      for (let count = 4; count <= 6; count += 1) loop.callSoonThreadsafe(() => log.push(count));
      loop.callSoon(() => loop.stop());
      await runForever(loop);
      expect(log).toEqual([[1, 'two'], 'three', 4, 5, 6]);
    });

    test('of a batch leave what they schedule to the next one, also after stop()', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callSoon(() => {
        log.push('a');
        loop.callSoon(() => log.push('a2'));
      });
      loop.callSoon(() => {
        log.push('b');
        loop.stop();
        loop.callSoon(() => log.push('b2'));
      });
      loop.callSoon(() => log.push('c'));
      await runForever(loop);
      expect(log).toEqual(['a', 'b', 'c']);
      loop.stop();
      await runForever(loop);
      expect(log).toEqual(['a', 'b', 'c', 'a2', 'b2']);
    });

    test('run once each, also when one run ends and another begins', async () => {
      const loop = createLoop(kind);
      let count = 0;
      loop.callSoon(() => (count += 1));
      for (let runs = 0; runs < 3; runs += 1) {
        loop.stop();
        await runForever(loop);
      }
      expect(count).toBe(1);
    });

    test('that throw are reported with their handle, and the others go on', async () => {
      const loop = createLoop(kind);
      const reports: ExceptionContext[] = [];
      loop.setExceptionHandler((_loop, context) => reports.push(context));
      const failure = new RangeError('division by zero');
      const handle = loop.callSoon(function divide() {
        throw failure;
      });
      let wentOn = false;
      loop.callSoon(() => (wentOn = true));
      loop.stop();
      await runForever(loop);
      expect(wentOn).toBe(true);
      expect(reports).toHaveLength(1);
      expect(Object.keys(reports[0] ?? {}).sort()).toEqual(['exception', 'handle', 'message']);
      expect(reports[0]?.message).toMatch(/^Exception in callback .*divide/);
      expect(reports[0]?.exception).toBe(failure);
      expect(reports[0]?.handle).toBe(handle);
    });

    test('may throw anything, also nothing', async () => {
      const loop = createLoop(kind);
      const reports: ExceptionContext[] = [];
      loop.setExceptionHandler((_loop, context) => reports.push(context));
      loop.callSoon(() => {
        throw undefined;
      });
      loop.stop();
      await runForever(loop);
      expect(reports.map((context) => 'exception' in context)).toEqual([true]);
    });

    test('have to be functions', () => {
      const loop = createLoop(kind);
      const notAFunction = 7 as unknown as () => void;
      const text = /^a callable object was expected by \w+\(\), got 7$/;
      expect(() => loop.callSoon(notAFunction)).toThrow(text);
      expect(() => loop.callSoonThreadsafe(notAFunction)).toThrow(text);
      expect(() => loop.callLater(0, notAFunction)).toThrow(text);
      expect(() => loop.callAt(0, notAFunction)).toThrow(InvalidArgumentError);
    });
  });

  describe('stop()', () => {
    test('before a run lets exactly one batch run, and counts for that run alone', async () => {
      const loop = createLoop(kind);
      let count = 0;
      const again = (): void => {
        count += 1;
        if (count === 5) loop.stop();
        loop.callSoon(again);
      };
      loop.callSoon(again);
      loop.stop();
      loop.stop();
      await runForever(loop);
      expect(count).toBe(1);
      expect(loop.isRunning()).toBe(false);
      await runForever(loop);
      expect(count).toBe(5);
    });

    test('before a run lets timers run that are due', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callAt(loop.time() - 1, () => log.push('due'));
      loop.callLater(60_000, () => log.push('not due'));
      loop.stop();
      await runForever(loop);
      expect(log).toEqual(['due']);
    });
  });

  describe('timers', () => {
    test('fire by their time, and of one time by the order in which they came', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const startMs = loop.time();
      loop.callAt(startMs + 4, () => loop.stop());
      loop.callAt(startMs + 3, (word: string) => log.push(word), 'three');
      for (const word of ['one', 'two', 'two again', 'two at last']) {
        loop.callAt(startMs + (word === 'one' ? 1 : 2), () => log.push(word));
      }
      await runForever(loop);
      expect(log).toEqual(['one', 'two', 'two again', 'two at last', 'three']);
      expect(loop.time()).toBeGreaterThanOrEqual(startMs + 4);
    });

    test('never fire before their time', async () => {
      const loop = createLoop(kind);
      const early: number[] = [];
      for (const delayMs of [0.25, 1, 2.5, 3]) {
        const timer: TimerHandle = loop.callLater(delayMs, () => {
          early.push(timer.when() - loop.time());
        });
        expect(timer).toBeInstanceOf(TimerHandle);
      }
      loop.callLater(4, () => loop.stop());
      await runForever(loop);
      expect(early).toHaveLength(4);
      expect(Math.max(...early)).toBeLessThanOrEqual(0);
    });

    test('without a delay, or with less, fire in the next batch, by their time', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callLater(0, () => log.push('zero'));
      loop.callLater(-5, () => log.push('minus five'));
      loop.callLater(-Infinity, () => log.push('long ago'));
      loop.stop();
      await runForever(loop);
      expect(log).toEqual(['long ago', 'minus five', 'zero']);
    });

    test('that are due go behind what is ready already', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callAt(loop.time() - 1, () => log.push('timer'));
      loop.callSoon(() => log.push('soon'));
      loop.stop();
      await runForever(loop);
      expect(log).toEqual(['soon', 'timer']);
    });

    test('schedule for the next batch, as any callback does', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      loop.callLater(1, () => {
        loop.callSoon(() => log.push('after'));
        loop.stop();
      });
      await runForever(loop);
      expect(log).toEqual([]);
      loop.stop();
      await runForever(loop);
      expect(log).toEqual(['after']);
    });

    test('need a time', () => {
      const loop = createLoop(kind);
      const none = null as unknown as number;
      const missing = undefined as unknown as number;
      const text = 'soon' as unknown as number;
      expect(() => loop.callLater(none, () => {})).toThrow('delay must not be None');
      expect(() => loop.callLater(missing, () => {})).toThrow('delay must not be None');
      expect(() => loop.callAt(none, () => {})).toThrow('when cannot be None');
      expect(() => loop.callLater(NaN, () => {})).toThrow(/callLater\(\) .*delayMs.*got NaN/);
      expect(() => loop.callAt(text, () => {})).toThrow(/callAt\(\) .*whenMs.*got 'soon'/);
    });
  });

  describe('cancel()', () => {
    test('keeps callbacks and timers from running, also within their batch', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const before = loop.callSoon(() => log.push('before'));
      before.cancel();
      loop.callSoon(() => during.cancel());
      const during = loop.callSoon(() => log.push('during'));
      const timer = loop.callLater(1, () => log.push('timer'));
      loop.callSoon(() => timer.cancel());
      loop.callLater(2, () => loop.stop());
      await runForever(loop);
      expect(log).toEqual([]);
      expect([before, during, timer].map((handle) => handle.cancelled())).toEqual([
        true,
        true,
        true,
      ]);
    });

    test('comes too late for a callback that runs, or ran', async () => {
      const loop = createLoop(kind);
      const log: string[] = [];
      const handle = loop.callSoon(() => {
        handle.cancel();
        log.push('ran');
      });
      loop.stop();
      await runForever(loop);
      handle.cancel();
      expect(log).toEqual(['ran']);
      expect(handle.cancelled()).toBe(true);
    });
  });
}
