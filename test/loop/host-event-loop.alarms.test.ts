// How a host loop uses its clock: at most one alarm at a time, and none that is not needed.

import { HostEventLoop, sleep } from 'threadloop';
import type { Alarm } from 'threadloop/lowlevel';
import { VirtualClock } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, nodeTurn } from './fixtures.js';

/** Counts the alarms that are set, and how many of them at once. */
class CountingClock extends VirtualClock {
  readonly live = new Set<object>();
  setCount = 0;
  mostAtOnce = 0;

  override setAlarm(whenMs: number, wake: () => void): Alarm {
    this.setCount += 1;
    const key = {};
    const alarm = super.setAlarm(whenMs, () => {
      this.live.delete(key);
      wake();
    });
    this.live.add(key);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.live.size);
    return {
      cancel: () => {
        this.live.delete(key);
        alarm.cancel();
      },
    };
  }
}

function create(): { clock: CountingClock; loop: HostEventLoop } {
  const clock = new CountingClock();
  return { clock, loop: closedAfterwards(new HostEventLoop({ clock })) };
}

/** Long enough for a loop to have gone to sleep: its slice may be spent once. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await nodeTurn();
}

describe('a host loop', () => {
  test('holds at most one alarm, however many timers there are', async () => {
    const { clock, loop } = create();
    const log: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      const delayMs = (count * 37) % 50;
      loop.callLater(delayMs, () => log.push(delayMs));
    }
    loop.callLater(60, () => loop.stop());
    const running = loop.runForever();
    for (let ms = 0; ms < 60; ms += 5) {
      await settle();
      expect(clock.live.size).toBe(1);
      clock.advance(5);
    }
    await running;
    expect(log).toEqual(log.toSorted((a, b) => a - b));
    expect(log).toHaveLength(100);
    expect(clock.mostAtOnce).toBe(1);
    expect(clock.live.size).toBe(0);
  });

  test('sets no alarm before it runs, and keeps none when it has run', async () => {
    const { clock, loop } = create();
    loop.callLater(1_000, () => {});
    expect(clock.setCount).toBe(0);
    loop.stop();
    await loop.runForever();
    expect(clock.live.size).toBe(0);
  });

  test('leaves its alarm alone when later timers come', async () => {
    const { clock, loop } = create();
    loop.callLater(10, () => loop.stop());
    const running = loop.runForever();
    await settle();
    const setCount = clock.setCount;
    for (let delayMs = 20; delayMs < 30; delayMs += 1) loop.callLater(delayMs, () => {});
    await settle();
    expect(clock.setCount).toBe(setCount);
    clock.advance(10);
    await running;
  });

  test('moves its alarm forward for an earlier timer', async () => {
    const { clock, loop } = create();
    const log: string[] = [];
    loop.callLater(100, () => log.push('late'));
    const running = loop.runForever();
    await settle();
    loop.callLater(10, () => {
      log.push('early');
      loop.stop();
    });
    await settle();
    clock.advance(10);
    await running;
    expect(log).toEqual(['early']);
  });

  test('is not woken for a timer that was cancelled', async () => {
    const { clock, loop } = create();
    const timer = loop.callLater(10, () => {});
    loop.callLater(20, () => loop.stop());
    const running = loop.runForever();
    await settle();
    timer.cancel();
    await settle();
    const setCount = clock.setCount;
    clock.advance(10);
    await settle();
    // A woken loop would have ordered again.
    expect(clock.setCount).toBe(setCount);
    clock.advance(10);
    await running;
  });

  test('does not move virtual time to a timer that was cancelled', async () => {
    const clock = new VirtualClock({ autojump: true });
    const loop = closedAfterwards(new HostEventLoop({ clock }));
    await loop.runUntilComplete(async () => {
      await sleep(5);
      loop.callLater(1_000, () => {}).cancel();
      await settle();
    });
    expect(loop.time()).toBe(5);
  });

  test('orders again when its alarm comes early', async () => {
    const { clock, loop } = create();
    let wake: () => void = () => {};
    const log: string[] = [];
    clock.setAlarm = (whenMs, onAlarm) => {
      wake = onAlarm;
      log.push(`alarm for ${whenMs}`);
      return { cancel() {} };
    };
    loop.callAt(10, () => {
      log.push('fired');
      loop.stop();
    });
    const running = loop.runForever();
    await settle();
    wake();
    await settle();
    clock.advance(10);
    wake();
    await running;
    expect(log).toEqual(['alarm for 10', 'alarm for 10', 'fired']);
  });
});
