// Fibers on a loop with virtual time, and as futures that tasks wait for.

import { Cause, Clock, Duration, Effect, Exit, Fiber, Schedule } from 'effect';
import { type Coroutine, isCancelled, sleep, timeout, TimeoutError } from 'threadloop';
import { forkOn, loopClock, toFuture } from 'threadloop/effect';
import { describe, expect, test } from 'vitest';
import { expectTimeOfDay } from '../time-of-day.js';
import { virtualLoop } from '../virtual-loop.js';

describe('forkOn()', () => {
  test('has sleeps, timeouts and schedules jump with the time of the loop', async () => {
    const loop = virtualLoop();
    const log: number[] = [];
    const program = Effect.gen(function* () {
      yield* Effect.sleep('1 hour');
      log.push(loop.time());
      yield* Effect.sync(() => log.push(loop.time())).pipe(
        Effect.repeat({ schedule: Schedule.spaced('10 minutes'), times: 2 }),
      );
      return yield* Effect.never.pipe(Effect.timeoutOption('1 day'));
    });
    await loop.runUntilComplete(toFuture(program, { loop }));
    const hourMs = 3_600_000;
    expect(log).toEqual([hourMs, hourMs, hourMs * (7 / 6), hourMs * (8 / 6)]);
    expect(loop.time()).toBe(hourMs * (8 / 6) + 24 * hourMs);
    loop.assertNoLeaks();
  });

  test('begins at a later tick, and can be interrupted before', async () => {
    const loop = virtualLoop();
    let hasBegun = false;
    const fiber = forkOn(
      loop,
      Effect.sync(() => (hasBegun = true)),
    );
    expect(hasBegun).toBe(false);
    fiber.interruptUnsafe();
    await loop.runUntilIdle();
    expect(hasBegun).toBe(false);
    expect(fiber.pollUnsafe()).toMatchObject({ _tag: 'Failure' });
  });

  test('takes the signal that Effect takes, and is awaited by fibers elsewhere', async () => {
    const loop = virtualLoop();
    const controller = new AbortController();
    const fiber = forkOn(loop, Effect.sleep('1 hour'), { signal: controller.signal });
    loop.callLater(5, () => controller.abort());
    const exit = Effect.runPromise(Fiber.await(fiber));
    const { isInterrupt } = await loop.runUntilComplete(async () => {
      const ended = await exit;
      return { isInterrupt: Exit.isFailure(ended) && Cause.hasInterruptsOnly(ended.cause) };
    });
    expect(isInterrupt).toBe(true);
    expect(loop.time()).toBe(5);
  });
});

describe('loopClock()', () => {
  test('tells the time of the loop from an epoch on', async () => {
    const loop = virtualLoop();
    const program = Effect.gen(function* () {
      yield* Effect.sleep(Duration.millis(1_500));
      const clock = yield* Clock.Clock;
      return [yield* clock.currentTimeMillis, yield* clock.currentTimeNanos] as const;
    }).pipe(Effect.provideService(Clock.Clock, loopClock(loop, { epochMs: 2_000 })));
    const ended = loop.runUntilComplete(toFuture(program, { loop }));
    expect(await ended).toEqual([3_500, 3_500_000_000n]);
    const clock = loopClock(loop);
    expectTimeOfDay(() => clock.currentTimeMillisUnsafe());
    expect(clock.monotonicTimeNanosUnsafe()).toBe(1_500_000_000n);
    expect(await Effect.runPromise(clock.monotonicTimeNanos)).toBe(1_500_000_000n);
  });
});

describe('toFuture()', () => {
  test('gives the value, the error or the defect of the fiber', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<void> {
      expect(yield* toFuture(Effect.succeed(3))).toBe(3);
      const [failed, died] = [toFuture(Effect.fail('typed')), toFuture(Effect.die('defect'))];
      yield* sleep(1);
      expect(failed.exception()).toBe('typed');
      expect(died.exception()).toBe('defect');
    };
    await loop.runUntilComplete(main());
  });

  test('is cancelled when the fiber is interrupted by others', async () => {
    const loop = virtualLoop();
    const future = toFuture(Effect.interrupt, { loop });
    await expect(loop.runUntilComplete(future)).rejects.toThrow('the fiber was interrupted');
    expect(future.cancelled()).toBe(true);
  });

  /** Takes a second to clean up. */
  const slow = (log: string[]): Effect.Effect<void> =>
    Effect.sleep('1 hour').pipe(
      Effect.onInterrupt(() =>
        Effect.sleep('1 second').pipe(Effect.andThen(Effect.sync(() => log.push('cleaned up')))),
      ),
    );

  test('interrupts the fiber when a coroutine is cancelled at it, and waits', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = function* (): Coroutine<void> {
      try {
        yield* toFuture(slow(log));
      } finally {
        log.push(`went on at ${loop.time()}`);
      }
    };
    const task = loop.createTask(main());
    loop.callLater(10, () => task.cancel('enough'));
    loop.callLater(20, () => task.cancel('really'));
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(isCancelled);
    expect(log).toEqual(['cleaned up', 'went on at 1010']);
    loop.assertNoLeaks();
  });

  test('does so in async functions, too', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const main = async (): Promise<void> => {
      const limited = timeout(10, async () => toFuture(slow(log)));
      await expect(limited).rejects.toThrow(TimeoutError);
      log.push(`went on at ${loop.time()}`);
      await sleep(1);
    };
    await loop.runUntilComplete(loop.createTask(main));
    expect(log).toEqual(['cleaned up', 'went on at 1010']);
  });
});
