/**
 * `threadloop/effect`: the door for Effect on loops, of this thread and of others.
 * Needs the package `effect`, version 4; see `docs/bridges.md`.
 */
export type { LoopOption, MakeAwaitable } from './bridges/awaited.js';
export { CallError } from './bridges/effect/call-error.js';
export { callOn, fromAwaitable } from './bridges/effect/call-on.js';
export { forkOn, toFuture } from './bridges/effect/fork-on.js';
export { iterateOn } from './bridges/effect/iterate-on.js';
export { loopClock } from './bridges/effect/loop-clock.js';
export type { LoopClockOptions } from './bridges/effect/loop-clock.js';
export { loopScheduler } from './bridges/effect/loop-scheduler.js';
export type { CallTarget } from './bridges/far-call.js';
