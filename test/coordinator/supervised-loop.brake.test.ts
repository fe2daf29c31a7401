// Threads that die again and again, or cannot be made: scripted, with time held still.

import { Coordinator, getEventLoop, LoopDiedError, loopNames, type RemoteLoop } from 'threadloop';
import { ScriptedSpawner } from 'threadloop/testing';
import { describe, expect, test, vi } from 'vitest';
import { recordReports } from '../loop/fixtures.js';
import { errorOf, holdTime, last, quiet, startScripted, until, work } from './scripted-threads.js';

describe('a loop whose threads die as fast as they start', () => {
  test('is braked: each one waits twice as long as the one before', async () => {
    holdTime();
    const scripted = await startScripted();
    const waits: number[] = [];
    for (let death = 1; death <= 5; death += 1) {
      last(scripted).exit({ exitCode: 1 });
      await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
      const before = performance.now();
      vi.advanceTimersToNextTimer();
      waits.push(performance.now() - before);
      await until(() => scripted.coordinator.stats().loops[0]?.state === 'ready');
    }
    expect(waits).toEqual([0, 50, 100, 200, 400]);
    expect(scripted.coordinator.stats().loops[0]?.incarnation).toBe(6);
  });

  test('is let loose again by a thread that answered, or lived a while', async () => {
    holdTime();
    const scripted = await startScripted({}, (thread) => {
      thread.onCall = (call) => call.answer(1);
      thread.ready();
    });
    const die = async (): Promise<number> => {
      last(scripted).exit({ exitCode: 1 });
      await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
      const before = performance.now();
      vi.advanceTimersToNextTimer();
      await until(() => scripted.coordinator.stats().loops[0]?.state === 'ready');
      return performance.now() - before;
    };
    expect([await die(), await die(), await die()]).toEqual([0, 50, 100]);
    expect(await scripted.coordinator.submit(work)).toBe(1);
    expect([await die(), await die(), await die()]).toEqual([0, 0, 50]);
    vi.advanceTimersByTime(1_000);
    expect([await die(), await die(), await die()]).toEqual([0, 0, 50]);
  });

  test('is given up when they never become ready, and its calls fail', async () => {
    holdTime();
    let lives = 0;
    const scripted = await startScripted({ loops: 2 }, (thread) => {
      if (thread.seed.name === 'loop-1' && (lives += 1) > 1) thread.exit({ exitCode: 9 });
      else thread.ready();
    });
    const [loop, other] = scripted.coordinator.loops as [RemoteLoop, RemoteLoop];
    scripted.threads[0]?.exit({ exitCode: 3 });
    await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
    const waiting = loop.runCoroutineThreadsafe(work);
    const failure = errorOf(waiting);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      vi.advanceTimersByTime(2_000);
      await quiet();
    }
    expect(await failure).toMatchObject({ exitCode: 9, loop: 'loop-1' });
    expect(scripted.coordinator.stats().loops.map(({ state }) => state)).toEqual(['gone', 'ready']);
    expect(lives).toBe(1 + 5);
    expect(() => loop.runCoroutineThreadsafe(work)).toThrow(LoopDiedError);
    expect(() => loop.callSoonThreadsafe(work)).toThrow(LoopDiedError);
    expect(scripted.threads[1]?.heard).toContain('left');
    const calls = [scripted.coordinator.submit(work), other.runCoroutineThreadsafe(work)];
    await until(() => scripted.threads[1]?.calls.length === 2);
    for (const call of scripted.threads[1]?.calls ?? []) call.answer('done');
    expect(await Promise.all(calls)).toEqual(['done', 'done']);
  });
});

describe('a thread that cannot be made', () => {
  test('is tried again later, and given up like one that never becomes ready', async () => {
    holdTime();
    const reports = recordReports(getEventLoop());
    let lives = 0;
    const scripted = await startScripted({}, (thread) => {
      lives += 1;
      if (lives > 1 && lives !== 4) throw new RangeError(`no room, attempt ${lives}`);
      thread.ready();
    });
    last(scripted).exit({ exitCode: 3 });
    await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
    for (let attempt = 0; attempt < 4; attempt += 1) {
      vi.advanceTimersByTime(2_000);
      await quiet();
    }
    expect(scripted.coordinator.stats().loops[0]).toMatchObject({ state: 'ready', incarnation: 4 });
    const lost = scripted.coordinator.submit(work);
    const failure = errorOf(lost);
    last(scripted).exit({ exitCode: 3 });
    expect(await failure).toBeInstanceOf(LoopDiedError);
    const waiting = scripted.coordinator.submit(work);
    const givenUp = errorOf(waiting);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      vi.advanceTimersByTime(2_000);
      await quiet();
    }
    expect(await givenUp).toMatchObject({ cause: expect.any(RangeError) as Error });
    expect(scripted.coordinator.stats().loops[0]?.state).toBe('gone');
    expect(reports).toEqual([]);
    getEventLoop().setExceptionHandler(null);
  });

  test('at the start leaves nothing behind', async () => {
    const spawner = new ScriptedSpawner((thread) => {
      if (thread.seed.name === 'loop-2') throw new RangeError('no room');
      thread.ready();
    });
    await expect(Coordinator.start({ loops: 3, spawner })).rejects.toThrow('no room');
    expect(loopNames()).toEqual(['main']);
    for (const thread of spawner.threads) {
      expect(thread.hasExited || thread.seed.name === 'loop-2').toBe(true);
    }
  });
});
