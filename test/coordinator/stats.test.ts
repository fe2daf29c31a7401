import { describe, expect, test } from 'vitest';
import { last, startScripted, until, work } from './scripted-threads.js';

describe('the statistics', () => {
  test('tell of every loop, and sum up', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2, name: 'crew' });
    const calls = [1, 2, 3].map((input) => coordinator.submit(work, input));
    const [first, second] = threads;
    await until(() => first?.calls.length === 2 && second?.calls.length === 1);
    first?.calls[0]?.answer('done');
    expect(await calls[0]).toBe('done');
    if (first !== undefined) first.busyShare = 0.5;
    expect(coordinator.stats()).toEqual({
      loops: [
        {
          name: 'crew-1',
          threadId: 1,
          state: 'ready',
          incarnation: 1,
          ageMs: expect.any(Number) as number,
          heapUsedMB: null,
          pendingCount: 1,
          completedCount: 1,
          utilization: 0.5,
        },
        {
          name: 'crew-2',
          threadId: 2,
          state: 'ready',
          incarnation: 1,
          ageMs: expect.any(Number) as number,
          heapUsedMB: null,
          pendingCount: 1,
          completedCount: 0,
          utilization: 0,
        },
      ],
      pendingCount: 2,
      completedCount: 1,
      waitingCount: 0,
      isOverloaded: false,
    });
    for (const call of [first?.calls[1], second?.calls[0]]) call?.answer('done');
    await Promise.all(calls);
  });

  test('are a snapshot that cannot be changed', async () => {
    const scripted = await startScripted();
    const before = scripted.coordinator.stats();
    const call = scripted.coordinator.submit(work);
    await until(() => last(scripted).calls.length === 1);
    expect(before.pendingCount).toBe(0);
    expect(scripted.coordinator.stats().pendingCount).toBe(1);
    expect(Object.isFrozen(before)).toBe(true);
    expect(Object.isFrozen(before.loops)).toBe(true);
    expect(Object.isFrozen(before.loops[0])).toBe(true);
    last(scripted).calls[0]?.answer(1);
    await call;
  });

  test('are there before, between and after the threads', async () => {
    const scripted = await startScripted();
    await scripted.coordinator.shutdown();
    expect(scripted.coordinator.stats().loops[0]).toMatchObject({
      state: 'gone',
      utilization: 0,
      pendingCount: 0,
    });
  });

  test('count a call that failed, was cancelled or was lost as completed', async () => {
    const scripted = await startScripted({}, (thread) => {
      thread.onCall = (call) => {
        if (call.args[0] === 'lost') thread.exit({ exitCode: 3 });
        else call.fail(new RangeError('no'));
      };
      thread.ready();
    });
    const { coordinator } = scripted;
    const failed = coordinator.submit(work, 'failed');
    const unsendable = coordinator.submit(work, () => {});
    const cancelled = coordinator.submit(work, 'cancelled');
    cancelled.cancel();
    await Promise.allSettled([failed, unsendable, cancelled]);
    await until(() => coordinator.stats().pendingCount === 0);
    expect(coordinator.stats().completedCount).toBe(3);
    await Promise.allSettled([coordinator.submit(work, 'lost')]);
    expect(coordinator.stats()).toMatchObject({ pendingCount: 0, completedCount: 4 });
  });
});
