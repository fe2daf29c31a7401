/**
 * `threadloop/effection`: the door between Effection's operations and loops.
 * Needs the package `effection`, version 4; see `docs/bridges.md`.
 */
export type { LoopOption, MakeAwaitable } from './bridges/awaited.js';
export { callOn, fromAwaitable, iterateOn, sleepOn } from './bridges/effection/call-on.js';
export { toFuture } from './bridges/effection/to-future.js';
export type { CallTarget } from './bridges/far-call.js';
