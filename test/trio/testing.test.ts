// The sequencer, semaphores, and clocks that go by themselves. One thread; a clock that jumps.

import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';

describe('a sequencer', () => {
  test('has tasks take their steps in order', async () => {
    const sequencer = new trio.testing.Sequencer();
    const record: number[] = [];
    const step = (position: number): PromiseLike<void> =>
      sequencer.at(position, () => void record.push(position));
    await trio.run(() =>
      trio.openNursery((nursery) => {
        nursery.startSoon(async () => {
          await step(4);
        });
        nursery.startSoon(async () => {
          await step(1);
          await step(3);
        });
        nursery.startSoon(async () => {
          await step(0);
          await step(2);
        });
      }),
    );
    expect(record).toEqual([0, 1, 2, 3, 4]);
    const again = trio.run(async () => step(4));
    await expect(again).rejects.toThrow('Attempted to re-use sequence point 4');
  });

  test('breaks when a task is cancelled before its turn', async () => {
    const sequencer = new trio.testing.Sequencer();
    const thrown = trio.run(
      async () => {
        await trio.moveOnAfter(1, () => sequencer.at(5, () => {}));
        await sequencer.at(6, () => {});
      },
      { clock: new trio.MockClock({ autojumpThresholdMs: 0 }) },
    );
    await expect(thrown).rejects.toThrow('sequence broken!');
  });
});

describe('a semaphore', () => {
  test('hands permits over in order, and keeps to its limit', async () => {
    await trio.run(async () => {
      const semaphore = new trio.Semaphore(1, { maxValue: 1 });
      const order: string[] = [];
      await semaphore.acquire();
      expect(() => semaphore.acquireNowait()).toThrow(trio.WouldBlockError);
      await trio.openNursery(async (nursery) => {
        for (const name of ['first', 'second']) {
          nursery.startSoon(() => semaphore.run(() => void order.push(name)));
        }
        await trio.testing.waitAllTasksBlocked();
        expect(semaphore.statistics().tasksWaiting).toBe(2);
        semaphore.release();
      });
      expect([order, semaphore.value]).toEqual([['first', 'second'], 1]);
      expect(() => semaphore.release()).toThrow('released too many times');
    });
    for (const value of [-1, 1.5]) expect(() => new trio.Semaphore(value)).toThrow('initialValue');
  });
});

describe('a mock clock', () => {
  test('goes at its rate', async () => {
    const clock = new trio.MockClock({ rate: 100_000 });
    await trio.run(() => trio.sleep(1_000_000), { clock });
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_000);
  });
});

describe('waiting until all tasks are blocked', () => {
  test('goes on only after a pass that was put off, when the loop has had its slice', async () => {
    await trio.run(async () => {
      const event = new trio.Event();
      let hasRun = false;
      await trio.openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await event.wait();
          // Longer than the slice that a loop has before Node gets the thread.
          const endMs = performance.now() + 5;
          while (performance.now() < endMs);
          await Promise.resolve();
          await trio.checkpoint();
          await trio.checkpoint();
          hasRun = true;
        });
        await trio.testing.waitAllTasksBlocked();
        event.set();
        await trio.testing.waitAllTasksBlocked();
        expect(hasRun).toBe(true);
      });
    });
  });
});

describe('a channel that is iterated', () => {
  test('is left where a scope cancels the wait, and goes on afterwards', async () => {
    const clock = new trio.MockClock({ autojumpThresholdMs: 0 });
    await trio.run(
      async () => {
        const [sender, receiver] = trio.openMemoryChannel<number>(Infinity);
        const seen: number[] = [];
        const readAll = async (): Promise<void> => {
          for await (const item of receiver) seen.push(item);
        };
        sender.sendNowait(1);
        await trio.moveOnAfter(10, readAll);
        expect(trio.currentTime()).toBe(10);
        sender.sendNowait(2);
        sender.close();
        await trio.failAfter(10, readAll);
        expect(seen).toEqual([1, 2]);
      },
      { clock },
    );
  });
});
