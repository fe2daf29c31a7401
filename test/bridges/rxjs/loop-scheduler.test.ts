// RxJS on a loop of this thread: the same programs run in the same order as on RxJS's own
// schedulers, at virtual times; and what is the loop's is the loop's, such as errors.

import fc from 'fast-check';
import {
  asapScheduler,
  asyncScheduler,
  debounceTime,
  delay,
  firstValueFrom,
  interval,
  map,
  observeOn,
  of,
  type SchedulerAction,
  type SchedulerLike,
  type Subscription,
  take,
  timer,
  timestamp,
  toArray,
} from 'rxjs';
import { InvalidArgumentError } from 'threadloop';
import { loopScheduler } from 'threadloop/rxjs';
import { describe, expect, test, vi } from 'vitest';
import { hostLoop, recordReports, runOneTick, virtualLoop } from '../../loop/fixtures.js';
import { expectTimeOfDay } from '../time-of-day.js';
import { onVirtualHost } from './virtual-host.js';

/** An action of a random program. */
interface Step {
  readonly delayMs: number;
  /** Scheduled by it each time that it runs. */
  readonly children: readonly Step[];
  /** After what delays it schedules itself again. */
  readonly again: readonly number[];
  /** Which action it unsubscribes, of those scheduled so far. */
  readonly kills: number | null;
}

interface Played {
  readonly log: string[];
  /** Whether two timers were due at the same time: hosts order these in their own ways. */
  readonly hasTies: () => boolean;
}

function play(steps: readonly Step[], scheduler: SchedulerLike): Played {
  const startMs = scheduler.now();
  const log: string[] = [];
  const dueAtMs: number[] = [];
  const actions: Subscription[] = [];
  const nowMs = (): number => scheduler.now() - startMs;
  const noteDue = (delayMs: number): void => {
    if (delayMs > 0) dueAtMs.push(nowMs() + delayMs);
  };
  const begin = (step: Step): void => {
    const id = actions.length;
    noteDue(step.delayMs);
    const action = scheduler.schedule<number>(
      function (this: SchedulerAction<number>, round = -1) {
        log.push(`${id}:${round} at ${nowMs()}`);
        for (const child of step.children) begin(child);
        if (step.kills !== null) actions[step.kills % actions.length]?.unsubscribe();
        const nextMs = step.again[round];
        if (nextMs === undefined) return;
        noteDue(nextMs);
        this.schedule(round + 1, nextMs);
      },
      step.delayMs,
      0,
    );
    actions.push(action);
  };
  for (const step of steps) begin(step);
  return { log, hasTies: () => new Set(dueAtMs).size < dueAtMs.length };
}

const timerDelays = fc.integer({ min: 1, max: 5_000 });
const delays = fc.oneof(fc.constant(0), timerDelays);

/** An action of `asapScheduler` that goes from a timer to no delay runs for ever (RxJS 7.8). */
function keepTimers({ delayMs, again, ...step }: Step): Step {
  let isTimer = delayMs > 0;
  const kept = again.map((nextMs) => {
    isTimer ||= nextMs > 0;
    return isTimer && nextMs === 0 ? 1 + delayMs : nextMs;
  });
  return { ...step, delayMs, again: kept };
}

const stepsOf = (children: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Step> =>
  fc
    .record({
      delayMs: delays,
      children,
      again: fc.array(delays, { maxLength: 2 }),
      kills: fc.option(fc.nat(20), { freq: 3 }),
    })
    .map(keepTimers);
const leaves = fc.array(stepsOf(fc.constant([])), { maxLength: 2 });
const programs = fc.array(stepsOf(leaves), { minLength: 1, maxLength: 5 });

describe('loopScheduler(loop)', () => {
  test('runs any program in the order of asapScheduler, at the same times', async () => {
    const property = fc.asyncProperty(programs, async (steps) => {
      const theirs = await onVirtualHost(() => play(steps, asapScheduler));
      fc.pre(!theirs.hasTies());

      const loop = virtualLoop();
      const ours = play(steps, loopScheduler(loop, { epochMs: 0 }));
      loop.callLater(1e9, () => loop.stop());
      await loop.runForever();
      expect(ours.log).toEqual(theirs.log);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('gives operators of time the times of asyncScheduler', async () => {
    const program = async (scheduler: SchedulerLike): Promise<unknown> =>
      firstValueFrom(
        interval(10, scheduler).pipe(
          take(4),
          delay(7, scheduler),
          debounceTime(5, scheduler),
          timestamp(scheduler),
          map(({ value, timestamp: atMs }) => `${value} at ${atMs}`),
          toArray(),
        ),
      );
    const theirs = await onVirtualHost(() => program(asyncScheduler));
    const loop = virtualLoop();
    const ours = await loop.runUntilComplete(program(loopScheduler(loop, { epochMs: 0 })));
    expect(ours).toEqual(theirs);
    expect(ours).toEqual(['0 at 22', '1 at 32', '2 at 42', '3 at 47']);
  });

  test('never runs an action within schedule(), nor in the tick of its scheduling', async () => {
    const loop = virtualLoop();
    const scheduler = loopScheduler(loop);
    const log: string[] = [];
    scheduler.schedule(function () {
      log.push('first');
      scheduler.schedule(() => log.push('inner'));
    });
    loop.callSoon(() => log.push('callback'));
    expect(log).toEqual([]);
    await runOneTick(loop);
    expect(log).toEqual(['first', 'callback']);
    await runOneTick(loop);
    expect(log).toEqual(['first', 'callback', 'inner']);
  });

  test('cancels the callback when it is unsubscribed, and the state goes', async () => {
    const loop = virtualLoop();
    const run = vi.fn();
    const action = loopScheduler(loop).schedule(run, 50, 'state');
    action.unsubscribe();
    action.unsubscribe();
    loop.callLater(100, () => loop.stop());
    await loop.runForever();
    expect(run).not.toHaveBeenCalled();
    // A loop with nothing to do has no timer left, so a virtual one would jump to none.
    expect(loop.time()).toBe(100);
  });

  test('moves an action that is scheduled again from outside, also after it ran', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    let again: (state: string, delayMs: number) => void = () => undefined;
    loopScheduler(loop).schedule<string>(
      function (state) {
        again = (next, delayMs) => void this.schedule(next, delayMs);
        log.push(`${state} at ${loop.time()}`);
      },
      10,
      'first',
    );
    loop.callLater(20, () => again('never', 5));
    loop.callLater(22, () => again('second', 10));
    loop.callLater(99, () => loop.stop());
    await loop.runForever();
    expect(log).toEqual(['first at 10', 'second at 32']);
  });

  test('gives an error to the exception handler, and ends that action alone', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const scheduler = loopScheduler(loop);
    const log: string[] = [];
    const failing = scheduler.schedule(function () {
      this.schedule(undefined, 1);
      throw new RangeError('broken');
    });
    scheduler.schedule(() => log.push('goes on'));
    loop.callLater(10, () => loop.stop());
    await loop.runForever();
    expect(reports.map(({ exception }) => (exception as Error).message)).toEqual(['broken']);
    expect(failing.closed).toBe(true);
    expect(log).toEqual(['goes on']);
  });

  test('tells the time of day, unless told otherwise, and so takes dates', async () => {
    const loop = hostLoop();
    const scheduler = loopScheduler(loop);
    expectTimeOfDay(() => scheduler.now());
    await loop.runUntilComplete(firstValueFrom(timer(new Date(Date.now() + 20), scheduler)));
    expectTimeOfDay(() => scheduler.now());
    expect(loopScheduler(virtualLoop(), { epochMs: 5 }).now()).toBe(5);
  });

  test('gives what a closed loop throws to the subscriber', async () => {
    const loop = virtualLoop();
    const scheduler = loopScheduler(loop);
    loop.close();
    const item = firstValueFrom(of(1).pipe(observeOn(scheduler)));
    await expect(item).rejects.toThrow('Event loop is closed');
  });

  test('refuses what is no loop', () => {
    expect(() => loopScheduler({} as never)).toThrow(InvalidArgumentError);
  });
});
