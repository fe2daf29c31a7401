// Operations of Effection that wait for calls, streams, timers and coroutines; halted at each.

import { each, run, spawn } from 'effection';
import { type Coroutine, LoopDiedError, remoteModule, sleep } from 'threadloop';
import { callOn, fromAwaitable, iterateOn, sleepOn } from 'threadloop/effection';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../../threads/fixtures/flag.js';
import { shareLoops } from '../../threads/loops.js';
import { OverdrawnError } from '../../wire/fixtures/classes.js';
import { virtualLoop } from '../virtual-loop.js';

const functions = remoteModule<typeof import('../../threads/fixtures/functions.js')>(
  new URL('../../threads/fixtures/functions.ts', import.meta.url),
);
const streams = remoteModule<typeof import('../../threads/fixtures/streams.js')>(
  new URL('../../threads/fixtures/streams.ts', import.meta.url),
);
const work = remoteModule<typeof import('../fixtures/work.js')>(
  new URL('../fixtures/work.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });
const loop = () => threads.coordinator.loop('loop-1');
const readNotes = () => loop().runCoroutineThreadsafe(work.readNotes);
const readJournal = () => loop().runCoroutineThreadsafe(streams.readJournal);

describe('callOn()', () => {
  test('calls whenever it runs, on a loop or on a coordinator', () =>
    run(function* () {
      const sum = callOn(loop(), functions.add, 2, 3);
      expect(yield* sum).toBe(5);
      expect(yield* sum).toBe(5);
      expect(yield* callOn(threads.coordinator, functions.addCoroutine, 1, 1)).toBe(2);
    }));

  test('throws the error of the function, and the death of the thread', () =>
    run(function* () {
      const errors: unknown[] = [];
      for (const failing of [
        callOn(loop(), work.overdraw, 5),
        callOn(loop(), work.dieLater, newFlag()),
        callOn(loop(), 3 as never),
      ]) {
        try {
          yield* failing;
        } catch (error) {
          errors.push(error);
        }
      }
      expect(errors[0]).toBeInstanceOf(OverdrawnError);
      expect(errors[1]).toBeInstanceOf(LoopDiedError);
      expect(errors[2]).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    }));

  test('cancels the code when it is halted, and waits for its end', async () => {
    const started = newFlag();
    const task = run(() => callOn(loop(), work.waitLong, started));
    await raised(started);
    await task.halt();
    expect(await readNotes()).toEqual(['it cleaned up']);
  });

  test('does so when the scope ends that spawned it', async () => {
    const started = newFlag();
    await run(function* () {
      void (yield* spawn(() => callOn(loop(), work.waitLong, started)));
      yield* fromAwaitable(() => raised(started));
    });
    expect(await readNotes()).toEqual(['it cleaned up']);
  });

  test('takes back a call that has not begun, without waiting for a busy thread', async () => {
    const [started, go] = [newFlag(), newFlag()];
    const busy = loop().runCoroutineThreadsafe(work.block, started, go);
    await raised(started);
    await run(() => callOn(loop(), work.note, 'never')).halt();
    raise(go);
    await busy;
    expect(await readNotes()).toEqual([]);
  });
});

describe('iterateOn()', () => {
  test('gives the items to each(), for each subscription', () =>
    run(function* () {
      for (let round = 0; round < 2; round += 1) {
        const items: number[] = [];
        for (const item of yield* each(iterateOn(loop(), streams.numbers, 3))) {
          items.push(item);
          yield* each.next();
        }
        expect(items).toEqual([1, 2, 3]);
      }
      yield* fromAwaitable(() => readJournal());
    }));

  test('ends the producer with the scope, and waits for its finally blocks', async () => {
    await run(function* () {
      const subscription = yield* iterateOn(loop(), streams.numbers, 1e9);
      expect(yield* subscription.next()).toEqual({ done: false, value: 1 });
    });
    expect(await readJournal()).toEqual(['numbers: finally']);

    const seen: number[] = [];
    const task = run(function* () {
      for (const item of yield* each(iterateOn(loop(), streams.ticks, 9))) {
        seen.push(item);
        yield* each.next();
      }
    });
    while (seen.length < 3) await new Promise((resolve) => void setTimeout(resolve, 1));
    await task.halt();
    expect(await readJournal()).toContain('ticks: finally');
  });

  test('throws the error behind the items before it', () =>
    run(function* () {
      const subscription = yield* iterateOn(loop(), streams.failsAfter, 1);
      expect(yield* subscription.next()).toEqual({ done: false, value: 1 });
      let caught: unknown;
      try {
        yield* subscription.next();
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(OverdrawnError);
    }));

  test('refuses what is no remote function', () => {
    expect(() => iterateOn(loop(), {} as never)).toThrow('iterateOn() expects a remote function');
  });
});

describe('sleepOn() and fromAwaitable()', () => {
  test('wait on the loop, whose time may jump', async () => {
    const near = virtualLoop();
    const log: string[] = [];
    const wait = function* (): Coroutine<string> {
      try {
        yield* sleep(60_000);
        return 'slept';
      } finally {
        yield* sleep(1);
        log.push(`left at ${near.time()}`);
      }
    };
    await near.runUntilComplete(() =>
      run(function* () {
        yield* sleepOn(3_600_000);
        expect(near.time()).toBe(3_600_000);
        expect(yield* fromAwaitable(() => wait())).toBe('slept');
        const task = yield* spawn(() => fromAwaitable(() => wait(), { loop: near }));
        yield* sleepOn(10, { loop: near });
        yield* task.halt();
        const never = yield* spawn(() => sleepOn(1e9));
        yield* never.halt();
      }),
    );
    expect(log).toEqual(['left at 3660001', 'left at 3660012']);
    near.assertNoLeaks();
  });
});
