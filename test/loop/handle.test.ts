import { inspect } from 'node:util';
import { Handle, TimerHandle } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { collectGarbage, hostLoop, recordReports, runOneTick } from './fixtures.js';

describe('a handle', () => {
  test('says what it calls, and in which state it is', async () => {
    const loop = hostLoop();
    const waiting = loop.callSoon(function greet(_word: string) {}, 'a secret');
    const nameless = loop.callSoon(() => {});
    const cancelled = loop.callSoon(() => {});
    cancelled.cancel();
    expect(waiting.toString()).toBe('<Handle greet()>');
    expect(nameless.toString()).toBe('<Handle anonymous()>');
    expect(cancelled.toString()).toBe('<Handle cancelled>');
    await runOneTick(loop);
    expect(waiting.toString()).toBe('<Handle done>');
    expect(inspect(waiting)).toBe('<Handle done>');
  });

  test('runs its callback once, whoever asks', () => {
    const calls: unknown[][] = [];
    const handle = new Handle(hostLoop(), (...args) => calls.push(args), [1, 2]);
    handle.run();
    handle.run();
    expect(calls).toEqual([[1, 2]]);
    expect(handle.cancelled()).toBe(false);
  });

  test('can be cancelled again and again', () => {
    const handle = hostLoop().callSoon(() => {});
    handle.cancel();
    handle.cancel();
    expect(handle.cancelled()).toBe(true);
  });

  test('lets go of its callback and arguments once it is cancelled, or has run', async () => {
    const loop = hostLoop();
    const refs: WeakRef<object>[] = [];
    const schedule = (): Handle => {
      const argument = {};
      const callback = (_argument: object): void => {};
      refs.push(new WeakRef(argument), new WeakRef(callback));
      return loop.callSoon(callback, argument);
    };
    const ran = schedule();
    await runOneTick(loop);
    const cancelled = schedule();
    cancelled.cancel();
    await collectGarbage();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined, undefined, undefined]);
    expect([ran.cancelled(), cancelled.cancelled()]).toEqual([false, true]);
  });

  test('that throws is named in the report, also when it cancelled itself before', async () => {
    const loop = hostLoop();
    const reports = recordReports(loop);
    const handle = loop.callSoon(function stumble() {
      throw new Error('a stone');
    });
    const suicidal = loop.callSoon(() => {
      suicidal.cancel();
      throw new Error('another stone');
    });
    await runOneTick(loop);
    expect(reports.map(({ message }) => message)).toEqual([
      'Exception in callback <Handle stumble()>',
      'Exception in callback <Handle cancelled>',
    ]);
    expect(handle.toString()).toBe('<Handle done>');
  });
});

describe('a timer handle', () => {
  test('is a handle that knows its time', () => {
    const timer = hostLoop().callAt(1234.5, function ring() {});
    expect(timer).toBeInstanceOf(TimerHandle);
    expect(timer).toBeInstanceOf(Handle);
    expect(timer.when()).toBe(1234.5);
    expect(timer.toString()).toBe('<TimerHandle when=1234.5 ring()>');
    timer.cancel();
    expect(timer.when()).toBe(1234.5);
    expect(timer.toString()).toBe('<TimerHandle cancelled>');
  });

  test('of callLater is due at the time of the call plus the delay', () => {
    const loop = hostLoop();
    const beforeMs = loop.time();
    const timer = loop.callLater(250, () => {});
    expect(timer.when()).toBeGreaterThanOrEqual(beforeMs + 250);
    expect(timer.when()).toBeLessThanOrEqual(loop.time() + 250);
  });

  test('tells of its cancellation once, and not when it has left the heap', () => {
    let count = 0;
    const make = (): TimerHandle =>
      new TimerHandle(hostLoop(), () => {}, [], { whenMs: 1, onCancel: () => (count += 1) });
    const timer = make();
    timer.cancel();
    timer.cancel();
    expect(count).toBe(1);
    const left = make();
    left.leaveHeap();
    left.cancel();
    expect(count).toBe(1);
    expect(left.cancelled()).toBe(true);
  });
});
