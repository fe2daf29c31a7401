/**
 * `threadloop/rxjs`: the door for RxJS on loops, of this thread and of others.
 * Needs the package `rxjs`, version 7; see `docs/bridges.md`.
 */
export type { LoopOption, MakeAwaitable } from './bridges/awaited.js';
export type { CallTarget } from './bridges/far-call.js';
export { callOn, fromAwaitable } from './bridges/rxjs/call-on.js';
export { loopScheduler } from './bridges/rxjs/loop-scheduler.js';
export type { LoopSchedulerOptions, RemoteLoopScheduler } from './bridges/rxjs/loop-scheduler.js';
export { toAsyncIterable, toFuture } from './bridges/rxjs/observed.js';
export { iterateOn, pullMap } from './bridges/rxjs/pull.js';
export type { PullMapOptions } from './bridges/rxjs/pull.js';
export { runOn } from './bridges/rxjs/run-on.js';
export type { RunOnOptions } from './bridges/rxjs/run-on.js';
