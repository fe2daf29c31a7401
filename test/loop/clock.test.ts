import { HostClock } from 'threadloop/lowlevel';
import { describe, expect, test } from 'vitest';
import { nodeTurn } from './fixtures.js';

describe('the clock of the host', () => {
  test('shows the milliseconds of performance.now()', () => {
    const clock = new HostClock();
    const beforeMs = performance.now();
    const nowMs = clock.now();
    expect(nowMs).toBeGreaterThanOrEqual(beforeMs);
    expect(nowMs).toBeLessThanOrEqual(performance.now());
  });

  test('wakes once the time has come, and not before', async () => {
    const clock = new HostClock();
    const whenMs = clock.now() + 2.5;
    const wokenMs = await new Promise<number>((resolve) => {
      clock.setAlarm(whenMs, () => resolve(clock.now()));
    });
    // Node's timers are a millisecond early at times: a loop then orders again.
    expect(wokenMs).toBeGreaterThan(whenMs - 1.5);
  });

  test('wakes soon for a time that has passed', async () => {
    const clock = new HostClock();
    let isAwake = false;
    clock.setAlarm(-Infinity, () => (isAwake = true));
    expect(isAwake).toBe(false);
    await new Promise((resolve) => void setTimeout(resolve, 2));
    await nodeTurn();
    expect(isAwake).toBe(true);
  });

  test('does not wake whoever cancels', async () => {
    const clock = new HostClock();
    let isAwake = false;
    const alarm = clock.setAlarm(clock.now() + 1, () => (isAwake = true));
    alarm.cancel();
    alarm.cancel();
    await new Promise((resolve) => void setTimeout(resolve, 3));
    expect(isAwake).toBe(false);
  });

  test('takes times that no timer of Node can hold', async () => {
    const clock = new HostClock();
    let isAwake = false;
    const wake = (): boolean => (isAwake = true);
    const alarms = [Infinity, Number.MAX_VALUE, clock.now() + 2 ** 33].map((whenMs) =>
      clock.setAlarm(whenMs, wake),
    );
    // A delay that overflows would make Node wake after 1 ms.
    await new Promise((resolve) => void setTimeout(resolve, 5));
    expect(isAwake).toBe(false);
    for (const alarm of alarms) alarm.cancel();
  });
});
