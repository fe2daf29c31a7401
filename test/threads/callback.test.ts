// Callbacks as arguments, between real threads.

import {
  callback,
  CallbackReleasedError,
  remoteModule,
  run,
  sleep,
  type Callback,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { getDirectory } from '#src/threads/directory.js';
import { eventually, shareLoops, startLoops } from './loops.js';

const callbacks = remoteModule<typeof import('./fixtures/callbacks.js')>(
  new URL('./fixtures/callbacks.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loop = () => threads.coordinator.loop('loop-1');

/** How many things of this thread are kept for that loop. */
function loansTo(name: string): number {
  return getDirectory().peer(name)?.loanCount ?? 0;
}

describe('a callback', () => {
  test('runs here, in the order of its calls, before the answer behind them', async () => {
    const seen: number[] = [];
    const report = callback((n: number) => seen.push(n));
    await loop().runCoroutineThreadsafe(callbacks.countTo, 300, report);
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    report.release();
  });

  test('gives its result to whoever waits, in both ways', async () => {
    using echo = callback(async (text: string) => `${text}!`);
    expect(await loop().runCoroutineThreadsafe(callbacks.ask, echo)).toBe('first!, second!');
    using slow = callback(function* (text: string) {
      yield* sleep(1);
      return text.length;
    } as (text: string) => never);
    expect(await loop().runCoroutineThreadsafe(callbacks.ask, slow)).toBe('5, 6');
  });

  test('may stand anywhere inside an argument', async () => {
    using report = callback((n: number) => n + 1);
    const parts = new Map([['reports', [report]]]);
    expect(await loop().runCoroutineThreadsafe(callbacks.askInside, parts)).toBe(2);
  });

  test('throws there what it throws here', async () => {
    using report = callback((n: number) => {
      throw new RangeError(`${n} is too much`);
    });
    const call = loop().runCoroutineThreadsafe(callbacks.callIt, report, 9);
    await expect(call).rejects.toBeInstanceOf(RangeError);
    await expect(call).rejects.toThrow('9 is too much');
  });

  test('can be called in its own thread, and is scheduled there too', () =>
    run(async () => {
      const seen: number[] = [];
      const report = callback((n: number) => seen.push(n));
      const call = report(1);
      expect(seen).toEqual([]);
      expect(await call).toBe(1);
      report.release();
      await expect(report(2)).rejects.toBeInstanceOf(CallbackReleasedError);
    }));

  test('can be passed on to a third thread', async () => {
    using report = callback((n: number) => n * 2);
    expect(await loop().runCoroutineThreadsafe(callbacks.passOn, 'loop-2', report)).toBe(14);
  });

  test('comes back as itself', async () => {
    using report = callback((n: number) => n);
    const { same } = await loop().runCoroutineThreadsafe(callbacks.giveBack, report);
    expect(same).toBe(report);
  });

  test('has to be a function', () => {
    expect(() => callback(3 as never)).toThrow('callback() expects a function, got 3');
  });
});

describe('a callback is kept for the other thread', () => {
  test('until that releases it, after which it cannot be called', async () => {
    const before = loansTo('loop-1');
    const report = callback((n: number) => n);
    for (let count = 0; count < 3; count += 1) loop().callSoonThreadsafe(callbacks.keep, report);
    expect(await loop().runCoroutineThreadsafe(callbacks.callKept, 1)).toBe(1);
    expect(loansTo('loop-1')).toBe(before + 1);
    loop().callSoonThreadsafe(callbacks.releaseKept);
    await expect(loop().runCoroutineThreadsafe(callbacks.callKept, 2)).rejects.toThrow(
      'was released: it cannot be called any more',
    );
    await eventually(() => loansTo('loop-1') === before);
    // It can be lent again.
    loop().callSoonThreadsafe(callbacks.keep, report);
    expect(await loop().runCoroutineThreadsafe(callbacks.callKept, 3)).toBe(3);
    report.release();
  });

  test('not if the call cannot be sent that it is an argument of', async () => {
    const before = loansTo('loop-1');
    const report = callback((n: number) => n);
    const bad = [report, () => {}] as never[];
    const beside = loop().runCoroutineThreadsafe(callbacks.askInside, new Map([['x', bad]]));
    await expect(beside).rejects.toThrow('is not cloneable');
    const released = callback(() => 0);
    released.release();
    const after = new Map([['x', [report, released] as never[]]]);
    await expect(loop().runCoroutineThreadsafe(callbacks.askInside, after)).rejects.toThrow(
      'was released',
    );
    expect(loansTo('loop-1')).toBe(before);
    expect(await loop().runCoroutineThreadsafe(callbacks.callIt, report, 1)).toBe(1);
    report.release();
  });

  test('until it is released here', async () => {
    const report = callback((n: number) => n);
    loop().callSoonThreadsafe(callbacks.keep, report);
    expect(await loop().runCoroutineThreadsafe(callbacks.callKept, 1)).toBe(1);
    report.release();
    expect(loansTo('loop-1')).toBe(0);
    const late = loop().runCoroutineThreadsafe(callbacks.callKept, 2);
    await expect(late).rejects.toBeInstanceOf(CallbackReleasedError);
    const again = loop().runCoroutineThreadsafe(callbacks.callIt, report, 2);
    await expect(again).rejects.toThrow('argument 1 of callIt() cannot be copied');
  });

  test('until the call has ended, if so asked', async () => {
    const report = callback((n: number) => n, { releaseAfterCall: true });
    expect(await loop().runCoroutineThreadsafe(callbacks.callIt, report, 5)).toBe(5);
    expect(loansTo('loop-1')).toBe(0);
    await expect(report(1)).rejects.toBeInstanceOf(CallbackReleasedError);
  });

  test('until it is garbage there', async () => {
    const keepOne = (): void => {
      const report: Callback = callback((n: number) => n);
      loop().callSoonThreadsafe(callbacks.keep, report);
    };
    keepOne();
    expect(await loop().runCoroutineThreadsafe(callbacks.callKept, 1)).toBe(1);
    expect(loansTo('loop-1')).toBe(1);
    const deadlineMs = Date.now() + 5_000;
    while (loansTo('loop-1') > 0 && Date.now() < deadlineMs) {
      await loop().runCoroutineThreadsafe(callbacks.forgetKept);
    }
    expect(loansTo('loop-1')).toBe(0);
  });

  test('until that thread ends', async () => {
    const coordinator = await startLoops({ loops: 1, name: 'mayfly' });
    const report = callback((n: number) => n);
    coordinator.loop('mayfly-1').callSoonThreadsafe(callbacks.keep, report);
    await coordinator.loop('mayfly-1').runCoroutineThreadsafe(callbacks.callKept, 1);
    const peer = getDirectory().peer('mayfly-1');
    expect(peer?.loanCount).toBe(1);
    await coordinator.shutdown();
    expect(peer?.loanCount).toBe(0);
    report.release();
  });
});
