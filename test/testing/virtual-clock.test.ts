import { HostEventLoop, InvalidArgumentError, run, sleep } from 'threadloop';
import { VirtualClock } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, nodeTurn } from '../loop/fixtures.js';

describe('a virtual clock', () => {
  test('stands still until it is moved', async () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(0);
    await nodeTurn();
    expect(clock.now()).toBe(0);
    clock.advance(1.5);
    clock.advance(0);
    expect(clock.now()).toBe(1.5);
  });

  test('wakes what is due, at its time and not before', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setAlarm(10, () => log.push('ten'));
    clock.setAlarm(20, () => log.push('twenty'));
    clock.advance(9);
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(['ten']);
    clock.advance(100);
    expect(log).toEqual(['ten', 'twenty']);
  });

  test('does not wake whoever cancels', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setAlarm(10, () => log.push('woken')).cancel();
    clock.advance(100);
    expect(log).toEqual([]);
  });

  test('cannot go back', () => {
    const clock = new VirtualClock();
    expect(() => clock.advance(-1)).toThrow(InvalidArgumentError);
    expect(() => clock.advance(-1)).toThrow("time can't go backwards: advance(-1)");
    expect(() => clock.advance(NaN)).toThrow(/NaN/);
  });

  test('moved by hand drives a loop', async () => {
    const clock = new VirtualClock();
    const loop = closedAfterwards(new HostEventLoop({ clock }));
    const log: number[] = [];
    const running = loop.runUntilComplete(async () => {
      for (let count = 0; count < 3; count += 1) {
        await sleep(1_000);
        log.push(loop.time());
      }
    });
    for (let half = 0; half < 6; half += 1) {
      for (let turns = 0; turns < 5; turns += 1) await nodeTurn();
      clock.advance(500);
    }
    await running;
    expect(log).toEqual([1_000, 2_000, 3_000]);
  });

  test('that jumps by itself makes hours pass at once', async () => {
    const clock = new VirtualClock({ autojump: true });
    const loopFactory = (): HostEventLoop => new HostEventLoop({ clock });
    const startMs = performance.now();
    const hours = await run(
      async () => {
        for (let hour = 0; hour < 24; hour += 1) await sleep(3_600_000);
        return clock.now() / 3_600_000;
      },
      { loopFactory },
    );
    expect(hours).toBe(24);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  test('that jumps by itself waits for promises and turns of Node', async () => {
    const loop = closedAfterwards(
      new HostEventLoop({ clock: new VirtualClock({ autojump: true }) }),
    );
    const log: string[] = [];
    loop.callLater(1_000, () => log.push('timer'));
    await loop.runUntilComplete(async () => {
      const turn = (async () => {
        for (let count = 0; count < 100; count += 1) await Promise.resolve();
        log.push('promises');
      })();
      await sleep(2_000);
      await turn;
    });
    expect(log).toEqual(['promises', 'timer']);
    expect(loop.time()).toBe(2_000);
  });

  test('that jumps by itself does not jump where nothing is due', async () => {
    const clock = new VirtualClock({ autojump: true });
    const loop = closedAfterwards(new HostEventLoop({ clock }));
    const running = loop.runForever();
    for (let turns = 0; turns < 5; turns += 1) await nodeTurn();
    expect(clock.now()).toBe(0);
    loop.stop();
    await running;
  });

  test('serves several loops, one after another', async () => {
    const clock = new VirtualClock({ autojump: true });
    const loopFactory = (): HostEventLoop => new HostEventLoop({ clock });
    await run(() => sleep(10), { loopFactory });
    await run(() => sleep(5), { loopFactory });
    expect(clock.now()).toBe(15);
  });
});
