// Calls on other threads as effects: typed errors, and interruptions that reach the code and wait.

import { Cause, Effect, Exit, Fiber } from 'effect';
import {
  type Coroutine,
  getEventLoop,
  LoopDiedError,
  NotCloneableError,
  remoteModule,
  sleep,
} from 'threadloop';
import { CallError, callOn, forkOn, fromAwaitable, toFuture } from 'threadloop/effect';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from '../../threads/fixtures/flag.js';
import { shareLoops } from '../../threads/loops.js';
import { OverdrawnError } from '../../wire/fixtures/classes.js';
import { virtualLoop } from '../virtual-loop.js';

const functions = remoteModule<typeof import('../../threads/fixtures/functions.js')>(
  new URL('../../threads/fixtures/functions.ts', import.meta.url),
);
const work = remoteModule<typeof import('../fixtures/work.js')>(
  new URL('../fixtures/work.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2 });
const loop = () => threads.coordinator.loop('loop-1');
const readNotes = () => loop().runCoroutineThreadsafe(work.readNotes);

/** How an effect ends, in one word and what came with it. */
async function endOf(effect: Effect.Effect<unknown, unknown>): Promise<[string, unknown]> {
  const exit = await Effect.runPromiseExit(effect);
  if (Exit.isSuccess(exit)) return ['value', exit.value];
  if (Cause.hasInterruptsOnly(exit.cause)) return ['interrupted', null];
  const kind = Cause.hasDies(exit.cause) ? 'died' : 'failed';
  return [kind, Cause.squash(exit.cause)];
}

describe('callOn()', () => {
  test('calls whenever it runs, on a loop or on a coordinator', async () => {
    const sum = callOn(loop(), functions.add, 2, 3);
    expect(await Effect.runPromise(Effect.all([sum, sum]))).toEqual([5, 5]);
    const anywhere = callOn(threads.coordinator, functions.addCoroutine, 1, 1);
    expect(await Effect.runPromise(anywhere)).toBe(2);
  });

  test('fails with a CallError, which keeps what was thrown', async () => {
    const [kind, error] = await endOf(callOn(loop(), work.overdraw, 5));
    expect(kind).toBe('failed');
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ _tag: 'CallError', cause: expect.any(OverdrawnError) });
    expect((error as CallError).message).toBe(((error as CallError).cause as Error).message);
    const caught = callOn(loop(), functions.throwError, 'no').pipe(
      Effect.catchTag('CallError', ({ message }) => Effect.succeed(`caught: ${message}`)),
    );
    expect(await Effect.runPromise(caught)).toBe('caught: no');
  });

  test('fails with the code of what befell the call: a death, a limit of time', async () => {
    const [kind, error] = await endOf(callOn(loop(), work.dieLater, newFlag()));
    expect(kind).toBe('failed');
    expect(error).toMatchObject({ code: 'ERR_LOOP_DIED', cause: expect.any(LoopDiedError) });
    const limited = loop().with({ timeoutMs: 10 });
    const [, late] = await endOf(callOn(limited, work.waitLong, newFlag()));
    expect(late).toMatchObject({ code: 'ERR_TIMEOUT' });
    // The call was given up, and its code cleans up meanwhile.
    let notes: string[] = [];
    while (notes.length === 0) notes = await readNotes();
  });

  test('dies of mistakes in the program', async () => {
    const unsendable = callOn(loop(), functions.echo, () => 1);
    expect(await endOf(unsendable)).toEqual(['died', expect.any(NotCloneableError)]);
    for (const fn of [
      { ...functions.add, name: 'notAFunction' },
      { ...functions.add, name: 'none' },
      7,
    ]) {
      expect((await endOf(callOn(loop(), fn as never)))[0]).toBe('died');
    }
  });

  test('is interrupted by whoever cancels the call', async () => {
    const controller = new AbortController();
    const bound = loop().with({ signal: controller.signal });
    const started = newFlag();
    const end = endOf(callOn(bound, work.waitLong, started));
    await raised(started);
    controller.abort();
    expect(await end).toEqual(['interrupted', null]);
    let notes: string[] = [];
    while (notes.length === 0) notes = await readNotes();
  });

  test('cancels the code when the fiber is interrupted, and waits for its end', async () => {
    const started = newFlag();
    const fiber = Effect.runFork(callOn(loop(), work.waitLong, started));
    await raised(started);
    await Effect.runPromise(Fiber.interrupt(fiber));
    // Asked of another function, as the first thing after the interruption.
    expect(await readNotes()).toEqual(['it cleaned up']);
  });

  test('does so from a timeout, a race, and a future that is cancelled', async () => {
    const long = (name: string) => callOn(loop(), work.waitLong, newFlag(), name);
    const limited = long('timeout').pipe(Effect.timeoutOption('50 millis'));
    expect(await Effect.runPromise(limited)).toMatchObject({ _tag: 'None' });
    await Effect.runPromise(Effect.race(long('race'), Effect.sleep('50 millis')));
    const future = toFuture(long('future'));
    setTimeout(() => future.cancel(), 50);
    await expect(future).rejects.toMatchObject({ code: 'ERR_CANCELLED' });
    expect(await readNotes()).toEqual([
      'timeout cleaned up',
      'race cleaned up',
      'future cleaned up',
    ]);
  });

  test('takes back a call that has not begun, without waiting for a busy thread', async () => {
    const [started, go] = [newFlag(), newFlag()];
    const busy = loop().runCoroutineThreadsafe(work.block, started, go);
    await raised(started);
    const fiber = Effect.runFork(callOn(loop(), work.note, 'never'));
    await Effect.runPromise(Fiber.interrupt(fiber));
    raise(go);
    await busy;
    expect(await readNotes()).toEqual([]);
  });

  test('ends the interruption when the thread dies, or is replaced after its grace', async () => {
    const { coordinator } = threads;
    const impatient = coordinator.loop('loop-2').with({ graceMs: 20 });
    const [started, never] = [newFlag(), newFlag()];
    const fiber = Effect.runFork(callOn(impatient, work.refuse, started, never));
    await raised(started);
    await Effect.runPromise(Fiber.interrupt(fiber));
    expect(await coordinator.loop('loop-2').runCoroutineThreadsafe(work.readNotes)).toEqual([]);
  });

  test('runs on fibers of a loop', async () => {
    const home = getEventLoop();
    const both = Effect.all([callOn(loop(), functions.add, 1, 2), Effect.sleep('1 millis')]);
    const fiber = forkOn(home, both);
    expect(await Effect.runPromise(Fiber.join(fiber))).toEqual([3, undefined]);
  });
});

describe('fromAwaitable()', () => {
  test('waits for a coroutine of the loop, and interrupts it', async () => {
    const near = virtualLoop();
    const log: string[] = [];
    const ask = function* (): Coroutine<string> {
      try {
        yield* sleep(1_000);
        return 'answer';
      } finally {
        yield* sleep(10);
        log.push(`done at ${near.time()}`);
      }
    };
    const asked = fromAwaitable(() => ask(), { loop: near });
    expect(await near.runUntilComplete(toFuture(asked, { loop: near }))).toBe('answer');
    const cut = toFuture(asked.pipe(Effect.timeoutOption('100 millis')), { loop: near });
    expect(await near.runUntilComplete(cut)).toMatchObject({ _tag: 'None' });
    expect(log).toEqual(['done at 1010', 'done at 1120']);
  });

  test('fails with an UnknownError that has the error as its cause', async () => {
    const failing = fromAwaitable(() => Promise.reject(new RangeError('no')));
    const [kind, error] = await endOf(failing);
    expect(kind).toBe('failed');
    expect(error).toMatchObject({ _tag: 'UnknownError', cause: new RangeError('no') });
    const cancelled = fromAwaitable(() => {
      const future = virtualLoop().createFuture<void>();
      future.cancel();
      return Promise.resolve(future);
    });
    expect(await endOf(cancelled)).toEqual(['interrupted', null]);
    expect((await endOf(fromAwaitable(3 as never)))[0]).toBe('failed');
  });
});
