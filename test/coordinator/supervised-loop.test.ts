// One loop through the lives of its threads, which are scripted: no thread is made here.

import {
  Coordinator,
  LoopDiedError,
  loopNames,
  type RemoteLoop,
  ThreadloopError,
} from 'threadloop';
import { ScriptedSpawner } from 'threadloop/testing';
import { describe, expect, test, vi } from 'vitest';
import { errorOf, holdTime, last, quiet, startScripted, until, work } from './scripted-threads.js';

describe('a thread that comes up', () => {
  test('is told its name, its home and its siblings', async () => {
    const scripted = await startScripted({ loops: 3, name: 'crew', initialize: work });
    const [first, second] = scripted.threads;
    expect(first?.seed).toMatchObject({
      name: 'crew-1',
      home: { name: 'main' },
      siblings: [{ name: 'crew-2' }, { name: 'crew-3' }],
      initialize: { url: 'file:///work.js', name: 'work' },
    });
    expect(second?.seed.siblings.map(({ name }) => name)).toEqual(['crew-1', 'crew-3']);
  });

  test('keeps the process alive until it is ready, and its siblings hear of it', async () => {
    const spawner = new ScriptedSpawner(() => {});
    const starting = Coordinator.start({ loops: 2, spawner });
    const [first, second] = spawner.threads;
    await quiet();
    expect([first?.isReferenced, second?.isReferenced, starting.done()]).toEqual([
      true,
      true,
      false,
    ]);
    first?.ready();
    await until(() => second?.heard.includes('joined') === true);
    expect([first?.isReferenced, second?.isReferenced, starting.done()]).toEqual([
      false,
      true,
      false,
    ]);
    second?.ready();
    const coordinator = await starting;
    expect(coordinator.stats().loops.map(({ state }) => state)).toEqual(['ready', 'ready']);
    await coordinator.shutdown();
  });

  test('takes no call before start() has resolved, and is ready only once', async () => {
    const scripted = await startScripted();
    last(scripted).ready();
    last(scripted).ready();
    await quiet();
    expect(scripted.coordinator.stats().loops[0]).toMatchObject({ state: 'ready', incarnation: 1 });
  });
});

describe('a thread that dies while it holds calls', () => {
  test('fails them with what is known of its end, and is replaced', async () => {
    holdTime();
    const scripted = await startScripted();
    const [loop] = scripted.coordinator.loops as [RemoteLoop];
    const lost = [loop.runCoroutineThreadsafe(work, 1), loop.runCoroutineThreadsafe(work, 2)];
    await until(() => last(scripted).calls.length === 2);
    last(scripted).exit({ exitCode: 3 });
    for (const call of lost) {
      await expect(call).rejects.toBeInstanceOf(LoopDiedError);
      await expect(call).rejects.toMatchObject({
        loop: 'loop-1',
        exitCode: 3,
        reason: 'process.exit() was called',
      });
    }
    vi.advanceTimersByTime(0);
    await until(() => scripted.coordinator.stats().loops[0]?.state === 'ready');
    expect(scripted.coordinator.stats().loops[0]).toMatchObject({ incarnation: 2, threadId: 2 });
    expect(scripted.coordinator.loops[0]).toBe(loop);
    expect(loop.threadId).toBe(2);
  });

  test.for([
    ['its thread ended', { exitCode: 0 }],
    ['process.exit() was called', { exitCode: 1 }],
    ['uncaught RangeError: no', { exitCode: 1, error: new RangeError('no') }],
    ['uncaught undefined', { exitCode: 1, error: undefined }],
    [
      'out of memory',
      { exitCode: 1, error: Object.assign(new Error('x'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }) },
    ],
  ] as const)('says why: %s', async ([reason, exit]) => {
    const scripted = await startScripted();
    const lost = scripted.coordinator.submit(work);
    await until(() => last(scripted).calls.length === 1);
    last(scripted).exit(exit);
    const error = (await errorOf(lost)) as LoopDiedError;
    expect(error.reason).toBe(reason);
    expect(error.cause).toBe('error' in exit ? exit.error : undefined);
  });

  test('has its answers taken that came in time', async () => {
    const scripted = await startScripted({}, (thread) => {
      thread.onCall = (call) => {
        call.answer(call.args[0]);
        if (call.args[0] === 2) thread.exit({ exitCode: 3 });
      };
      thread.ready();
    });
    const calls = [1, 2].map((input) => scripted.coordinator.submit(work, input));
    expect(await Promise.all(calls)).toEqual([1, 2]);
  });

  test('is told of to its siblings, and so is the one that follows', async () => {
    holdTime();
    const scripted = await startScripted({ loops: 2 });
    const [first, second] = scripted.threads;
    await quiet();
    const before = second?.heard.length ?? 0;
    first?.exit({ exitCode: 3 });
    await until(() => second?.heard.length === before + 1);
    vi.advanceTimersByTime(0);
    await until(() => second?.heard.length === before + 2);
    expect(second?.heard.slice(before)).toEqual(['died', 'joined']);
  });
});

describe('calls that are made while no thread is there', () => {
  test('are carried out by the one that follows, in order', async () => {
    holdTime();
    const scripted = await startScripted();
    last(scripted).exit({ exitCode: 3 });
    await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
    const answers = [1, 2, 3].map((input) => scripted.coordinator.submit(work, input));
    scripted.coordinator.loops[0]?.callSoonThreadsafe(work, 4);
    await quiet();
    expect(scripted.threads).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0);
    await until(() => last(scripted).calls.length === 4);
    expect(last(scripted).calls.map(({ args }) => args[0])).toEqual([1, 2, 3, 4]);
    for (const call of last(scripted).calls) call.answer(call.args[0]);
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  });

  test('never start when they are cancelled meanwhile', async () => {
    holdTime();
    const scripted = await startScripted();
    last(scripted).exit({ exitCode: 3 });
    await until(() => scripted.coordinator.stats().loops[0]?.state === 'waiting');
    const call = scripted.coordinator.submit(work);
    call.cancel('never mind');
    await expect(call).rejects.toThrow('never mind');
    await vi.advanceTimersByTimeAsync(0);
    await until(() => scripted.coordinator.stats().pendingCount === 0);
    expect(last(scripted).calls).toEqual([]);
  });
});

describe('a thread that has said goodbye', () => {
  test('is ended by force when it does not end by itself', async () => {
    holdTime();
    const scripted = await startScripted();
    last(scripted).onStop = () => last(scripted).stopped();
    const down = scripted.coordinator.shutdown();
    await until(() => last(scripted).heard.includes('stop'));
    await quiet();
    expect([down.done(), last(scripted).terminateCount]).toEqual([false, 0]);
    expect(last(scripted).isReferenced).toBe(true);
    vi.advanceTimersByTime(1_000);
    await down;
    expect(last(scripted).terminateCount).toBe(1);
  });

  test('because initialize failed is ended so too, and start() fails', async () => {
    holdTime();
    const spawner = new ScriptedSpawner((thread) => thread.failToStart(new ThreadloopError('no')));
    const starting = Coordinator.start({ loops: 1, spawner });
    const failure = errorOf(starting);
    await quiet();
    expect(starting.done()).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(await failure).toEqual(new ThreadloopError('no'));
    expect(spawner.threads[0]?.terminateCount).toBeGreaterThan(0);
    expect(loopNames()).toEqual(['main']);
  });
});
