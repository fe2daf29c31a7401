// More loops, and fewer: scripted threads come and leave while calls go on.

import { CoordinatorClosedError, LoopLeftError, loopNames } from 'threadloop';
import type { ScriptedThread } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { errorOf, quiet, startScripted, until, work } from './scripted-threads.js';

const names = (threads: readonly ScriptedThread[]) => threads.map(({ seed }) => seed.name);

describe('resize() up', () => {
  test('adds loops behind the others, who hear of them, and gives them work', async () => {
    const { coordinator, threads } = await startScripted({ loops: 1 });
    await coordinator.resize(3);
    expect(coordinator.loops.map(({ name }) => name)).toEqual(['loop-1', 'loop-2', 'loop-3']);
    await until(() => threads[0]?.heard.length === 2);
    expect(threads[0]?.heard).toEqual(['joined', 'joined']);
    expect(threads[2]?.seed.siblings.map(({ name }) => name)).toEqual(['loop-1', 'loop-2']);
    for (let count = 0; count < 3; count += 1) void coordinator.submit(work).catch(() => {});
    await until(() => threads.every(({ calls }) => calls.length === 1));
  });

  test('that fails leaves all as it was', async () => {
    const { coordinator, threads } = await startScripted({ loops: 1 }, (thread) => {
      if (thread.seed.name !== 'loop-3') thread.ready();
      else thread.exit({ exitCode: 9 });
    });
    const failure = errorOf(coordinator.resize(3));
    expect(await failure).toMatchObject({ code: 'ERR_LOOP_DIED', loop: 'loop-3', exitCode: 9 });
    expect(coordinator.loops).toHaveLength(1);
    expect(loopNames()).toEqual(['main', 'loop-1']);
    expect(threads[1]?.hasExited).toBe(true);
  });

  test('replaces loops that were given up', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2, restart: 'never' });
    threads[0]?.exit({ exitCode: 3 });
    await until(() => coordinator.stats().loops[0]?.state === 'gone');
    await coordinator.resize(2);
    expect(coordinator.stats().loops.map(({ name, state }) => [name, state])).toEqual([
      ['loop-2', 'ready'],
      ['loop-1', 'ready'],
    ]);
  });
});

describe('resize() down', () => {
  test('lets the last loops answer what they were given, and refuses more', async () => {
    const { coordinator, threads } = await startScripted({ loops: 3 }, (thread) => {
      thread.onStop = () => {};
      thread.ready();
    });
    const leaving = coordinator.loop('loop-3');
    const call = leaving.runCoroutineThreadsafe(work, 'last');
    const resized = coordinator.resize(2);
    await until(() => threads[2]?.heard.includes('retire') === true);
    expect(coordinator.loops).toHaveLength(2);
    expect(() => leaving.runCoroutineThreadsafe(work)).toThrow(LoopLeftError);
    await quiet();
    expect(threads[0]?.heard.at(-1)).toBe('leaving');
    expect(resized.done()).toBe(false);
    threads[2]?.calls[0]?.answer('answered');
    expect(await call).toBe('answered');
    threads[2]?.stopped();
    threads[2]?.exit();
    await resized;
    await quiet();
    expect(threads[0]?.heard.slice(-2)).toEqual(['leaving', 'left']);
    expect(loopNames()).toEqual(['main', 'loop-1', 'loop-2']);
    expect(() => leaving.runCoroutineThreadsafe(work)).toThrow(LoopLeftError);
    for (const thread of threads) thread.onStop = () => thread.exit();
  });

  test('moves only the keys of the loop that leaves', async () => {
    const { coordinator } = await startScripted({ loops: 4 }, (thread) => {
      thread.onCall = (call) => call.answer(thread.seed.name);
      thread.ready();
    });
    const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`);
    const ask = async () =>
      Promise.all(keys.map(async (key) => coordinator.with({ key }).submit(work)));
    const before = await ask();
    expect(await ask()).toEqual(before);
    await coordinator.resize(3);
    const after = await ask();
    for (const [index, name] of after.entries()) {
      if (before[index] !== 'loop-4') expect(name).toBe(before[index]);
    }
    expect(new Set(before)).toContain('loop-4');
    await coordinator.resize(4);
    expect(await ask()).toEqual(before);
  });
});

describe('several changes', () => {
  test('are carried out one after the other', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2 });
    await Promise.all([coordinator.resize(4), coordinator.resize(1), coordinator.resize(3)]);
    expect(coordinator.loops.map(({ name }) => name)).toEqual(['loop-1', 'loop-2', 'loop-3']);
    expect(names(threads)).toEqual(['loop-1', 'loop-2', 'loop-3', 'loop-4', 'loop-2', 'loop-3']);
  });

  test.for(['drain', 'cancel', 'terminate'] as const)(
    'fail when a shutdown comes between (%s), and nothing is left',
    async (mode) => {
      const { coordinator, threads } = await startScripted({ loops: 1 }, (thread) => {
        if (thread.seed.name === 'loop-1') thread.ready();
      });
      const up = errorOf(coordinator.resize(2));
      const later = errorOf(coordinator.resize(3));
      await until(() => threads.length === 2);
      await coordinator.shutdown({ mode });
      expect(await up).toBeInstanceOf(CoordinatorClosedError);
      expect(await later).toBeInstanceOf(CoordinatorClosedError);
      expect(threads.every(({ hasExited }) => hasExited)).toBe(true);
      expect(loopNames()).toEqual(['main']);
    },
  );

  test('are safe with a shutdown while a loop leaves', async () => {
    const { coordinator, threads } = await startScripted({ loops: 2 }, (thread) => {
      thread.ready();
      if (thread.seed.name === 'loop-2') thread.onStop = () => {};
    });
    const down = errorOf(coordinator.resize(1));
    await until(() => threads[1]?.heard.includes('retire') === true);
    await coordinator.shutdown({ mode: 'terminate' });
    expect(await down).toBeInstanceOf(CoordinatorClosedError);
    expect(threads[1]?.terminateCount).toBe(1);
  });

  test('take whole numbers in range', async () => {
    const { coordinator } = await startScripted();
    for (const count of [0, 1.5, 1025, Number.NaN]) {
      expect(() => coordinator.resize(count)).toThrow(/option 'loops' has to be a whole number/);
    }
  });
});
