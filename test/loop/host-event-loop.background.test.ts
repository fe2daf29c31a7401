// A loop in the background runs whenever no other loop of its thread does.

import {
  getEventLoop,
  getRunningLoop,
  HostEventLoop,
  InvalidStateError,
  LoopClosedError,
  NoRunningLoopError,
  run,
  setEventLoop,
  sleep,
} from 'threadloop';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closedAfterwards, hostLoop, nodeTurn, virtualLoop } from './fixtures.js';

/** A loop in the background; it ends when the test does. */
function backgroundLoop(): { loop: HostEventLoop; end: () => void } {
  const loop = closedAfterwards(new HostEventLoop({ name: 'background' }));
  const end = loop.runInBackground();
  onTestFinished(end);
  return { loop, end };
}

/** Calls back on a loop and waits until it has. */
async function called(loop: HostEventLoop): Promise<void> {
  await new Promise<void>((resolve) => void loop.callSoon(resolve));
}

describe('a loop in the background', () => {
  test('is the running loop of code outside any run', async () => {
    const { loop, end } = backgroundLoop();
    expect(loop.isRunning()).toBe(true);
    expect(getRunningLoop()).toBe(loop);
    expect(getEventLoop()).toBe(loop);
    await called(loop);
    await sleep(1);
    end();
    expect(loop.isRunning()).toBe(false);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
  });

  test('runs what was scheduled before, callbacks and timers', async () => {
    const log: string[] = [];
    const callbacks = hostLoop();
    const ran = new Promise<void>((resolve) => void callbacks.callSoon(resolve));
    const endCallbacks = callbacks.runInBackground();
    await ran;
    endCallbacks();
    const timers = hostLoop();
    timers.callLater(1, () => log.push('first'));
    const fired = new Promise<void>((resolve) => void timers.callLater(2, resolve));
    const endTimers = timers.runInBackground();
    await fired;
    endTimers();
    expect(log).toEqual(['first']);
  });

  test('stands still when it has ended', async () => {
    const { loop, end } = backgroundLoop();
    await called(loop);
    end();
    const log: string[] = [];
    loop.callSoon(() => log.push('too late'));
    loop.callLater(0, () => log.push('too late'));
    await nodeTurn();
    await nodeTurn();
    expect(log).toEqual([]);
  });

  test('ends with the last of its users', () => {
    const loop = hostLoop();
    const [endFirst, endSecond] = [loop.runInBackground(), loop.runInBackground()];
    endFirst();
    endFirst();
    expect(loop.isRunning()).toBe(true);
    endSecond();
    expect(loop.isRunning()).toBe(false);
  });

  test('stands aside for a run, and goes on with all its work afterwards', async () => {
    const { loop } = backgroundLoop();
    const other = virtualLoop('other');
    const log: string[] = [];
    await called(loop);
    loop.callSoon(() => log.push('scheduled before the run'));
    loop.callLater(1, () => log.push('timer'));
    await other.runUntilComplete(async () => {
      expect(getRunningLoop()).toBe(other);
      expect(loop.isRunning()).toBe(false);
      loop.callSoon(() => log.push('scheduled during the run'));
      loop.callSoonThreadsafe(() => log.push('and more'));
      await sleep(5);
      await new Promise((resolve) => void setTimeout(resolve, 3));
      expect(log).toEqual([]);
    });
    expect(getRunningLoop()).toBe(loop);
    await sleep(1);
    expect(log).toEqual([
      'scheduled before the run',
      'scheduled during the run',
      'and more',
      'timer',
    ]);
  });

  test('stands aside in the middle of a batch, which keeps its order', async () => {
    const { loop } = backgroundLoop();
    const log: unknown[] = [];
    await called(loop);
    for (let count = 0; count < 10; count += 1) {
      loop.callSoon(() => {
        log.push(count);
        // Spends the slice, so that the batch is cut.
        const endMs = performance.now() + 1.5;
        while (performance.now() < endMs);
      });
    }
    while (log.length === 0) await nodeTurn();
    await hostLoop().runUntilComplete(async () => {
      log.push('other run begins');
      await sleep(3);
      log.push('other run ends');
    });
    await called(loop);
    const begin = log.indexOf('other run begins');
    expect(begin).toBeLessThan(10);
    expect(log.splice(begin, 2)).toEqual(['other run begins', 'other run ends']);
    expect(log).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('can be run in the foreground, and goes on in the background after that', async () => {
    const { loop } = backgroundLoop();
    const log: string[] = [];
    loop.callSoon(() => {
      loop.callSoon(() => log.push('after stop()'));
      loop.stop();
    });
    await loop.runForever();
    expect(await loop.runUntilComplete(() => sleep(1, 'value'))).toBe('value');
    expect(loop.isRunning()).toBe(true);
    await called(loop);
    expect(log).toEqual(['after stop()']);
  });

  test('takes no notice of stop()', async () => {
    const { loop } = backgroundLoop();
    loop.callSoon(() => loop.stop());
    await called(loop);
    await nodeTurn();
    expect(loop.isRunning()).toBe(true);
    await called(loop);
  });

  test('stays the current loop of its thread when run() ends', async () => {
    const { loop } = backgroundLoop();
    setEventLoop(loop);
    onTestFinished(() => setEventLoop(null));
    expect(await run(() => getRunningLoop() === loop)).toBe(false);
    expect(getEventLoop()).toBe(loop);
    expect(loop.isRunning()).toBe(true);
  });

  test('is one at a time', () => {
    const { loop } = backgroundLoop();
    const other = hostLoop();
    expect(() => other.runInBackground()).toThrow(InvalidStateError);
    expect(() => other.runInBackground()).toThrow(
      'Another loop of this thread runs in the background already',
    );
    expect(getRunningLoop()).toBe(loop);
  });

  test('cannot be a closed one', () => {
    const loop = new HostEventLoop();
    loop.close();
    expect(() => loop.runInBackground()).toThrow(LoopClosedError);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
  });

  test('cannot be closed, not even while another one runs', async () => {
    const { loop } = backgroundLoop();
    expect(() => loop.close()).toThrow('Cannot close a running event loop');
    const other = hostLoop();
    await other.runUntilComplete(() => {
      expect(() => loop.close()).toThrow('Cannot close a running event loop');
    });
    expect(loop.isRunning()).toBe(true);
    await called(loop);
  });

  test('hears of the end of its last user while another loop runs', async () => {
    const { loop, end } = backgroundLoop();
    await hostLoop().runUntilComplete(async () => {
      end();
      await sleep(1);
    });
    expect(loop.isRunning()).toBe(false);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
  });
});
