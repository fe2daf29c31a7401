// A coordinator that is full: calls are refused or wait their turn, and no newcomer passes them.

import { CoordinatorClosedError, isCancelled, QueueFullError, TimeoutError } from 'threadloop';
import { describe, expect, test, vi } from 'vitest';
import {
  errorOf,
  holdTime,
  last,
  quiet,
  type Scripted,
  startScripted,
  until,
  work,
} from './scripted-threads.js';

async function startFull(whenFull: 'refuse' | 'wait') {
  const scripted = await startScripted({ maxPendingCount: 2, whenFull });
  const { coordinator } = scripted;
  const calls = [coordinator.submit(work, 0), coordinator.submit(work, 1)];
  await until(() => last(scripted).calls.length === 2);
  return { scripted, coordinator, calls };
}

async function answer(scripted: Scripted, index: number): Promise<void> {
  await until(() => last(scripted).calls.length > index);
  last(scripted).calls[index]?.answer(index);
  await quiet();
}

describe('a coordinator that is full and refuses', () => {
  test('says so, and takes calls again when one has ended', async () => {
    const { scripted, coordinator, calls } = await startFull('refuse');
    expect(() => coordinator.submit(work)).toThrow(QueueFullError);
    expect(() => coordinator.submit(work)).toThrow(/^2 calls .*whenRoom/);
    expect(coordinator.stats()).toMatchObject({ isOverloaded: true, pendingCount: 2 });
    await answer(scripted, 0);
    expect(coordinator.stats().isOverloaded).toBe(false);
    calls.push(coordinator.submit(work, 2));
    await answer(scripted, 1);
    await answer(scripted, 2);
    expect(await Promise.all(calls)).toEqual([0, 1, 2]);
  });

  test('tells of room to one asker after the other, and keeps the place for it', async () => {
    const { scripted, coordinator } = await startFull('refuse');
    const order: number[] = [];
    const askers = [2, 3].map(async (input) => {
      await coordinator.whenRoom();
      order.push(input);
      return coordinator.submit(work, input);
    });
    await quiet();
    expect([order, coordinator.stats().waitingCount]).toEqual([[], 2]);
    await answer(scripted, 0);
    expect(order).toEqual([2]);
    expect(() => coordinator.submit(work)).toThrow(QueueFullError);
    for (const index of [1, 2, 3]) await answer(scripted, index);
    expect(await Promise.all(askers)).toEqual([2, 3]);
  });

  test('passes a place on that was not used', async () => {
    const { scripted, coordinator } = await startFull('refuse');
    const first = coordinator.whenRoom();
    const second = coordinator.whenRoom();
    await answer(scripted, 0);
    await Promise.all([first, second]);
    await answer(scripted, 1);
  });

  test('counts a call that was cancelled until its thread has let go of it', async () => {
    const { scripted, coordinator, calls } = await startFull('refuse');
    calls[0]?.cancel();
    expect(() => coordinator.submit(work)).toThrow(QueueFullError);
    const room = coordinator.whenRoom();
    await answer(scripted, 0);
    await room;
    await answer(scripted, 1);
  });

  test('lets map() wait for room', async () => {
    const scripted = await startScripted({ maxPendingCount: 2 }, (thread) => {
      thread.onCall = (call) => call.answer(call.args[0]);
      thread.ready();
    });
    const results: unknown[] = [];
    const inputs = [1, 2, 3, 4, 5, 6];
    for await (const each of scripted.coordinator.map(work, inputs, { concurrency: 6 })) {
      results.push(each);
    }
    expect(results).toEqual(inputs);
  });
});

describe('a coordinator that is full and lets wait', () => {
  test('makes the calls in order as there is room', async () => {
    const { scripted, coordinator, calls } = await startFull('wait');
    calls.push(coordinator.submit(work, 2), coordinator.submit(work, 3));
    await quiet();
    expect(last(scripted).calls).toHaveLength(2);
    expect(coordinator.stats()).toMatchObject({ waitingCount: 2, pendingCount: 2 });
    for (const index of [0, 1, 2, 3]) await answer(scripted, index);
    expect(last(scripted).calls.map(({ args }) => args[0])).toEqual([0, 1, 2, 3]);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3]);
  });

  test('forgets a call that is cancelled, aborted or late before its turn', async () => {
    holdTime();
    const { scripted, coordinator } = await startFull('wait');
    const abort = new AbortController();
    const cancelled = errorOf(coordinator.submit(work, 'a').then());
    const held = coordinator.submit(work, 'b');
    const aborted = errorOf(coordinator.with({ signal: abort.signal }).submit(work, 'c'));
    const late = errorOf(coordinator.with({ queueTimeoutMs: 50 }).submit(work, 'd'));
    held.cancel('changed my mind');
    abort.abort(new Error('enough'));
    vi.advanceTimersByTime(50);
    expect(await errorOf(held)).toSatisfy(isCancelled);
    expect(await aborted).toSatisfy(isCancelled);
    expect(await late).toBeInstanceOf(TimeoutError);
    expect(coordinator.stats().waitingCount).toBe(1);
    const down = coordinator.shutdown({ mode: 'cancel' });
    expect(await cancelled).toBeInstanceOf(CoordinatorClosedError);
    expect(last(scripted).calls).toHaveLength(2);
    await down;
  });

  test('makes the calls that wait when it drains', async () => {
    const { scripted, coordinator, calls } = await startFull('wait');
    calls.push(coordinator.submit(work, 2));
    const room = errorOf(coordinator.whenRoom());
    const down = coordinator.shutdown();
    expect(await room).toBeInstanceOf(CoordinatorClosedError);
    for (const index of [0, 1, 2]) await answer(scripted, index);
    await down;
    expect(await Promise.all(calls)).toEqual([0, 1, 2]);
  });
});

describe('an overload', () => {
  test('is told when it begins and when it ends', async () => {
    const scripted = await startScripted({ maxPendingCount: 1 });
    const { coordinator } = scripted;
    const events: string[] = [];
    for (const name of ['overload', 'relief'] as const) {
      coordinator.on(name, ({ pendingCount }) => events.push(`${name} ${pendingCount}`));
    }
    const call = coordinator.submit(work);
    await quiet();
    expect(events).toEqual(['overload 1']);
    await answer(scripted, 0);
    await call;
    expect(events).toEqual(['overload 1', 'relief 0']);
  });
});
