/**
 * Effect's clock on a loop's: `Effect.sleep`, timeouts and schedules are timers of the loop, so a
 * loop with virtual time has them jump.
 */
import type { Clock } from 'effect/Clock';
import * as Duration from 'effect/Duration';
import * as Effect from 'effect/Effect';
import type { EventLoop } from '../../loop/event-loop.js';

const nanosPerMilli = 1e6;

/** Options of `loopClock()`. */
export interface LoopClockOptions {
  /**
   * What the wall clock says at the beginning of the loop's time, in milliseconds. Default: so
   * that it is the time of day now. With 0 it says `loop.time()`.
   */
  readonly epochMs?: number;
}

/**
 * The clock of a loop, for `Effect.provideService(Clock.Clock, …)`.
 *
 * @example
 * program.pipe(Effect.provideService(Clock.Clock, loopClock(loop)));
 */
export function loopClock(
  loop: EventLoop,
  { epochMs = Date.now() - loop.time() }: LoopClockOptions = {},
): Clock {
  const nowMs = (): number => Math.floor(epochMs + loop.time());
  const nowNanos = (): bigint =>
    BigInt(Math.floor(epochMs)) * BigInt(nanosPerMilli) + monotonicNanos();
  const monotonicNanos = (): bigint => BigInt(Math.round(loop.time() * nanosPerMilli));
  return {
    currentTimeMillisUnsafe: nowMs,
    currentTimeMillis: Effect.sync(nowMs),
    currentTimeNanosUnsafe: nowNanos,
    currentTimeNanos: Effect.sync(nowNanos),
    monotonicTimeNanosUnsafe: monotonicNanos,
    monotonicTimeNanos: Effect.sync(monotonicNanos),
    sleep: (duration) => sleep(loop, Duration.toMillis(duration)),
  };
}

function sleep(loop: EventLoop, delayMs: number): Effect.Effect<void> {
  if (delayMs <= 0) return Effect.yieldNow;
  if (delayMs === Infinity) return Effect.never;
  return Effect.callback<void>((resume) => {
    const timer = loop.callLater(delayMs, () => resume(Effect.void));
    return Effect.sync(() => timer.cancel());
  });
}
