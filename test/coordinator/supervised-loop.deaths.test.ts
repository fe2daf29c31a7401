// Threads that really die, idle or busy: what they held fails with the reason, and life goes on.

import { LoopDiedError, remoteModule, type RemoteFunction, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raised } from '../threads/fixtures/flag.js';
import { eventually, shareLoops, startLoops } from '../threads/loops.js';

const deadly = remoteModule<typeof import('./fixtures/deadly.js')>(
  new URL('./fixtures/deadly.ts', import.meta.url),
);
const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);
const patience = remoteModule<typeof import('../threads/fixtures/patience.js')>(
  new URL('../threads/fixtures/patience.ts', import.meta.url),
);

const threads = shareLoops({ loops: 2, lateErrors: 'die' });
const loops = () => threads.coordinator.loops as [RemoteLoop, RemoteLoop];
const incarnationOf = (name: string) =>
  threads.coordinator.stats().loops.find((each) => each.name === name)?.incarnation;

/** The brake is let go by an answer, so that the next death is again the first in a row. */
async function expectWorking(loop: RemoteLoop): Promise<void> {
  expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
}

describe('a busy thread that dies', () => {
  test.for([
    [
      'process.exit() in a call',
      deadly.exit,
      5,
      { exitCode: 5, reason: 'process.exit() was called' },
    ],
    ['process.exit(0) in a call', deadly.exit, 0, { exitCode: 0, reason: 'its thread ended' }],
    [
      'an error in a timer',
      deadly.throwInTimer,
      'a stone',
      { exitCode: 1, reason: `uncaught 'a stone'` },
    ],
    [
      'a rejection that nobody handles',
      deadly.rejectUnhandled,
      'lost',
      { exitCode: 1, reason: 'uncaught RangeError: lost' },
    ],
  ] as const)('fails what it held, and is replaced: %s', async ([, fn, argument, expected]) => {
    const die = fn as RemoteFunction<(argument: unknown) => unknown>;
    const [loop] = loops();
    await expectWorking(loop);
    const before = incarnationOf(loop.name) ?? 0;
    const held = loop.runCoroutineThreadsafe(patience.waitInCoroutine, newFlag());
    const last = loop.runCoroutineThreadsafe(die, argument);
    for (const call of [held, last]) {
      await expect(call).rejects.toBeInstanceOf(LoopDiedError);
      await expect(call).rejects.toMatchObject({ loop: loop.name, ...expected });
    }
    await expectWorking(loop);
    expect(incarnationOf(loop.name)).toBe(before + 1);
    expect(threads.coordinator.loops[0]).toBe(loop);
  });

  test('tells the error that ended it as the cause', async () => {
    const [loop] = loops();
    await expectWorking(loop);
    const lost = loop.runCoroutineThreadsafe(deadly.rejectUnhandled, 'the culprit');
    await expect(lost).rejects.toMatchObject({
      cause: { name: 'RangeError', message: 'the culprit' },
    });
    await expectWorking(loop);
  });

  test('may have thrown nothing at all', async () => {
    const [loop] = loops();
    await expectWorking(loop);
    const lost = loop.runCoroutineThreadsafe(deadly.throwUndefinedInTimer);
    await expect(lost).rejects.toMatchObject({ reason: 'uncaught undefined', exitCode: 1 });
    await expectWorking(loop);
  });

  test('is ended by restart(), although it never gives the thread back', async () => {
    const [loop, sibling] = loops();
    await expectWorking(loop);
    const { threadId } = loop;
    const started = newFlag();
    const spinning = loop.runCoroutineThreadsafe(deadly.spin, started);
    const behind = loop.runCoroutineThreadsafe(functions.add, 1, 2);
    await raised(started);
    threads.coordinator.restart(loop.name, 'it took too long');
    for (const call of [spinning, behind]) {
      await expect(call).rejects.toMatchObject({
        name: 'LoopDiedError',
        reason: 'it took too long',
        exitCode: 1,
      });
    }
    await expectWorking(loop);
    expect(loop.threadId).not.toBe(threadId);
    await expectWorking(sibling);
  });
});

describe('a thread that runs out of memory', () => {
  test('says so, harms nobody else, and is replaced', async () => {
    const coordinator = await startLoops({
      loops: 2,
      resourceLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 },
    });
    const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const lost = loop.runCoroutineThreadsafe(deadly.eatMemory);
    const meanwhile = sibling.runCoroutineThreadsafe(functions.add, 1, 2);
    await expect(lost).rejects.toMatchObject({
      name: 'LoopDiedError',
      reason: 'out of memory',
      cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
    expect(await meanwhile).toBe(3);
    expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });
});

describe('a thread that dies while it answers', () => {
  test('settles every call: by its answer, or by its death', async () => {
    const [loop] = loops();
    await expectWorking(loop);
    const calls = Array.from({ length: 2_000 }, (_, index) =>
      index === 1_000
        ? loop.runCoroutineThreadsafe(deadly.answerAndExit, index)
        : loop.runCoroutineThreadsafe(functions.echo, index),
    );
    const outcomes = await Promise.allSettled(calls);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toBe(index);
      else expect(outcome.reason).toBeInstanceOf(LoopDiedError);
    }
    await expectWorking(loop);
  });
});

describe('an idle thread that dies', () => {
  test('is replaced before anybody misses it', async () => {
    const [loop] = loops();
    await expectWorking(loop);
    const before = incarnationOf(loop.name) ?? 0;
    await loop.runCoroutineThreadsafe(deadly.exitWhenIdle, 3);
    await eventually(() => incarnationOf(loop.name) === before + 1);
    await expectWorking(loop);
  });
});

describe('a thread that dies again and again', () => {
  test('is replaced each time, with calls waiting for each life', async () => {
    const [loop] = loops();
    await expectWorking(loop);
    const before = incarnationOf(loop.name) ?? 0;
    for (let death = 1; death <= 3; death += 1) {
      const lost = loop.runCoroutineThreadsafe(deadly.exit, death);
      await expect(lost).rejects.toMatchObject({ exitCode: death });
    }
    await expectWorking(loop);
    expect(incarnationOf(loop.name)).toBe(before + 3);
  });
});
