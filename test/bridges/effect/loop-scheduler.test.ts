// Effect's fibers on a loop: priorities, batches and yields are Effect's, ticks are the loop's.

import { Effect, Fiber, Scheduler } from 'effect';
import { InvalidArgumentError } from 'threadloop';
import { forkOn, loopScheduler } from 'threadloop/effect';
import { describe, expect, test } from 'vitest';
import { recordReports, runOneTick } from '../../loop/fixtures.js';
import { virtualLoop } from '../virtual-loop.js';

/** A scheduler of Effect's own that runs its batches when it is told to. */
function steppedScheduler(): { scheduler: Scheduler.Scheduler; runBatch: () => void } {
  const pending: (() => void)[] = [];
  const scheduler = new Scheduler.MixedScheduler('async', (run) => {
    pending.push(run);
    return () => pending.splice(pending.indexOf(run), 1);
  });
  return { scheduler, runBatch: () => pending.shift()?.() };
}

/** Schedules work of these priorities; some of it schedules more. */
function scheduleAll(dispatcher: Scheduler.SchedulerDispatcher, log: string[]): void {
  const add = (name: string, priority: number, then?: () => void): void => {
    dispatcher.scheduleTask(() => {
      log.push(name);
      then?.();
    }, priority);
  };
  add('a0', 0, () => add('urgent of the next batch', -5));
  add('b5', 5);
  add('c0', 0);
  add('d-1', -1, () => add('next batch', 0));
}

describe('loopScheduler(loop)', () => {
  test("runs a batch in the order of Effect's own scheduler", async () => {
    const theirs: string[] = [];
    const { scheduler, runBatch } = steppedScheduler();
    scheduleAll(scheduler.makeDispatcher(), theirs);
    runBatch();
    runBatch();
    const ours: string[] = [];
    const loop = virtualLoop();
    scheduleAll(loopScheduler(loop).makeDispatcher(), ours);
    await loop.runUntilIdle();
    expect(ours).toEqual(theirs);
    expect(ours.slice(0, 4)).toEqual(['d-1', 'a0', 'c0', 'b5']);
  });

  test('lets priorities hold among all fibers of the loop', async () => {
    const loop = virtualLoop();
    const scheduler = loopScheduler(loop);
    expect(loopScheduler(loop)).toBe(scheduler);
    const log: string[] = [];
    scheduler.makeDispatcher().scheduleTask(() => log.push('later'), 1);
    scheduler.makeDispatcher().scheduleTask(() => log.push('sooner'), 0);
    await loop.runUntilIdle();
    expect(log).toEqual(['sooner', 'later']);
  });

  test('flushes what one fiber has scheduled, and nothing else', async () => {
    const loop = virtualLoop();
    const [one, other] = [
      loopScheduler(loop).makeDispatcher(),
      loopScheduler(loop).makeDispatcher(),
    ];
    const log: string[] = [];
    other.scheduleTask(() => log.push('other'), 0);
    one.scheduleTask(() => {
      log.push('one');
      one.scheduleTask(() => log.push('one again'), 0);
    }, 3);
    one.scheduleTask(() => log.push('one first'), -1);
    one.flush();
    expect(log).toEqual(['one first', 'one', 'one again']);
    await loop.runUntilIdle();
    expect(log).toEqual(['one first', 'one', 'one again', 'other']);
  });

  test('takes turns with the callbacks of the loop, in the order of scheduling', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    const count = (name: string): Effect.Effect<void> =>
      Effect.gen(function* () {
        for (let round = 1; round <= 2; round += 1) {
          log.push(`${name}${round}`);
          yield* Effect.yieldNow;
        }
      });
    forkOn(loop, count('a'));
    loop.callSoon(() => log.push('callback'));
    forkOn(loop, count('b'));
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['a1', 'callback', 'b1']);
    await runOneTick(loop);
    expect(log).toEqual(['a1', 'callback', 'b1', 'a2', 'b2']);
    await loop.runUntilIdle();
  });

  test('has a fiber yield to the loop after so many operations', async () => {
    const loop = virtualLoop();
    let isOver = false;
    const busy = Effect.gen(function* () {
      for (let round = 0; round < 10_000; round += 1) yield* Effect.sync(() => round);
      isOver = true;
    });
    forkOn(loop, busy);
    await runOneTick(loop);
    expect(isOver).toBe(false);
    await loop.runUntilIdle();
    expect(isOver).toBe(true);

    const never = busy.pipe(Effect.provideService(Scheduler.MaxOpsBeforeYield, 1e9));
    isOver = false;
    forkOn(loop, never);
    await runOneTick(loop);
    expect(isOver).toBe(true);
  });

  test('gives what a piece of work throws to the exception handler', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const dispatcher = loopScheduler(loop).makeDispatcher();
    const log: string[] = [];
    dispatcher.scheduleTask(() => {
      throw new RangeError('broken');
    }, 0);
    dispatcher.scheduleTask(() => log.push('goes on'), 0);
    await loop.runUntilIdle();
    expect(reports).toHaveLength(1);
    expect(log).toEqual(['goes on']);
  });

  test('is the scheduler of the children, too', async () => {
    const loop = virtualLoop();
    const program = Effect.gen(function* () {
      const child = yield* Effect.forkChild(
        Effect.withFiber((fiber) => Effect.succeed(fiber.cache)),
      );
      const cache = yield* Fiber.join(child);
      return cache.scheduler;
    });
    const fiber = forkOn(loop, program);
    await loop.runUntilIdle();
    expect(fiber.pollUnsafe()).toMatchObject({ _tag: 'Success', value: loopScheduler(loop) });
  });

  test('refuses what is no loop', () => {
    expect(() => loopScheduler({} as never)).toThrow(InvalidArgumentError);
  });
});
