// Threads that are followed by fresh ones while they work: scripted, with time held still.

import { getEventLoop, type RestartEvent } from 'threadloop';
import type { ScriptedThread } from 'threadloop/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { errorOf, holdTime, quiet, startScripted, until, work } from './scripted-threads.js';

/** Ends, once told to, when the last call is answered: as a worker does. */
function endsAfterCalls(thread: ScriptedThread): void {
  thread.onStop = () => {};
  thread.ready();
}

describe('a loop that is recycled', () => {
  test('passes to a new thread, while the former one answers what it was given', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2 }, endsAfterCalls);
    const [loop] = coordinator.loops;
    const restarts: RestartEvent[] = [];
    coordinator.on('restart', (event) => restarts.push(event));
    const before = coordinator.submit(work, 'before');
    await until(() => threads[0]?.calls.length === 1);
    coordinator.recycle('loop-1');
    await until(() => threads[0]?.heard.includes('retire') === true);
    const after = loop?.runCoroutineThreadsafe(work, 'after');
    await until(() => threads[2]?.calls.length === 1);
    expect(threads.map(({ seed }) => seed.name)).toEqual(['loop-1', 'loop-2', 'loop-1']);
    expect(threads[0]?.calls.map(({ args }) => args[0])).toEqual(['before']);
    expect(threads[2]?.calls.map(({ args }) => args[0])).toEqual(['after']);
    expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 2, pendingCount: 2 });
    threads[2]?.calls[0]?.answer('new');
    threads[0]?.calls[0]?.answer('old');
    expect(await Promise.all([before, after])).toEqual(['old', 'new']);
    threads[0]?.stopped();
    threads[0]?.exit();
    await until(() => threads[1]?.heard.includes('retired') === true);
    expect(threads[1]?.heard).toEqual(['joined', 'moved', 'retired']);
    expect(restarts).toEqual([
      {
        loop: 'loop-1',
        threadId: 3,
        incarnation: 2,
        reason: 'it was recycled: recycle() was called',
      },
    ]);
    expect(coordinator.stats().loops[0]).toMatchObject({ pendingCount: 0, completedCount: 2 });
  });

  test('holds calls to the new thread until those before them have begun', async () => {
    const { coordinator, threads } = await startScripted({}, endsAfterCalls);
    coordinator.recycle('loop-1');
    await until(() => threads[1]?.heard.includes('go') === true);
    expect(threads[0]?.heard).toEqual(['farewell', 'retire']);
    expect(threads[1]?.heard).toEqual(['hold', 'go']);
    threads[0]?.exit();
  });

  test.for([
    ['afterMs', { afterMs: 500 }, 'it lived 500 ms'],
    ['afterCalls', { afterCalls: 2 }, 'it ended 2 calls'],
    ['afterHeapMB', { afterHeapMB: 64 }, 'its heap holds 70 MB'],
  ] as const)('is so by itself: %s', async ([, recycle, reason]) => {
    holdTime();
    const { coordinator, threads } = await startScripted({ recycle }, (thread) => {
      thread.onCall = (call) => call.answer(call.args[0]);
      thread.ready();
    });
    const restarts: RestartEvent[] = [];
    coordinator.on('restart', (event) => restarts.push(event));
    const [first] = threads;
    vi.advanceTimersByTime(499);
    if (first !== undefined) first.heapUsedMB = 63;
    expect(await coordinator.submit(work, 1)).toBe(1);
    vi.advanceTimersByTime(501);
    await quiet();
    if (first !== undefined) first.heapUsedMB = 70;
    expect(await coordinator.submit(work, 2)).toBe(2);
    vi.advanceTimersByTime(1_000);
    await until(() => first?.hasExited === true);
    expect(restarts[0]).toMatchObject({ reason: `it was recycled: ${reason}`, incarnation: 2 });
    expect(await coordinator.submit(work, 3)).toBe(3);
  });

  test('goes on as it is when the new thread cannot start, and that is told', async () => {
    holdTime();
    const reports = recordReports(getEventLoop());
    onTestFinished(() => getEventLoop().setExceptionHandler(null));
    let lives = 0;
    const { coordinator, threads } = await startScripted(
      { recycle: { afterMs: 100 } },
      (thread) => {
        lives += 1;
        thread.onCall = (call) => call.answer('here');
        if (lives === 2) {
          thread.failToStart(new RangeError('not today'));
          thread.exit();
        } else {
          thread.ready();
        }
      },
    );
    vi.advanceTimersByTime(100);
    await until(() => reports.length === 1);
    expect(reports[0]).toMatchObject({
      message: `Loop 'loop-1' could not be recycled`,
      loop: 'loop-1',
      exception: { reason: 'initialize failed: RangeError: not today' },
    });
    expect(await coordinator.submit(work)).toBe('here');
    expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 1, state: 'ready' });
    vi.advanceTimersByTime(10_000);
    await quiet();
    vi.advanceTimersByTime(100);
    await until(() => threads[0]?.hasExited === true);
    expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 3, state: 'ready' });
  });

  test('is replaced as ever when its thread dies meanwhile', async () => {
    holdTime();
    const { coordinator, threads } = await startScripted({}, (thread) => {
      if (thread.threadId !== 2) thread.ready();
    });
    coordinator.recycle('loop-1');
    await until(() => threads.length === 2);
    threads[0]?.exit({ exitCode: 3 });
    await until(() => threads[1]?.terminateCount === 1);
    vi.advanceTimersByTime(0);
    await until(() => coordinator.stats().loops[0]?.state === 'ready');
    expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 3, threadId: 3 });
  });

  test('fails what the former thread held when that dies before its end', async () => {
    const { coordinator, threads } = await startScripted({}, endsAfterCalls);
    const deaths: unknown[] = [];
    coordinator.on('death', (event) => deaths.push(event));
    const lost = coordinator.submit(work);
    const failure = errorOf(lost);
    await until(() => threads[0]?.calls.length === 1);
    coordinator.recycle('loop-1');
    await until(() => threads[0]?.heard.includes('retire') === true);
    threads[0]?.exit({ exitCode: 3 });
    expect(await failure).toMatchObject({ exitCode: 3, loop: 'loop-1' });
    expect(deaths).toMatchObject([{ incarnation: 1, restartDelayMs: null }]);
    expect(coordinator.stats().loops[0]).toMatchObject({ incarnation: 2, state: 'ready' });
  });

  test('waits for the former thread to end before it is so again', async () => {
    const { coordinator, threads } = await startScripted({}, endsAfterCalls);
    coordinator.recycle('loop-1');
    await until(() => threads[0]?.heard.includes('retire') === true);
    coordinator.recycle('loop-1');
    await quiet();
    expect(threads).toHaveLength(2);
    threads[0]?.stopped();
    threads[0]?.exit();
    await until(() => threads[1]?.heard.includes('retire') === true);
    expect(threads).toHaveLength(3);
  });

  test.for(['drain', 'cancel', 'terminate'] as const)(
    'can be shut down at any time (%s)',
    async (mode) => {
      const { coordinator, threads } = await startScripted({}, (thread) => {
        if (thread.threadId !== 3) thread.ready();
        if (thread.threadId === 1) thread.onStop = () => {};
      });
      coordinator.recycle('loop-1');
      await until(() => threads[0]?.heard.includes('retire') === true);
      if (mode !== 'terminate') {
        const [first] = threads as [ScriptedThread];
        first.onStop = () => first.exit();
      }
      await coordinator.shutdown({ mode });
      expect(threads.map(({ hasExited }) => hasExited)).toEqual([true, true]);
      expect(coordinator.stats().loops[0]?.state).toBe('gone');
    },
  );
});
