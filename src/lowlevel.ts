/**
 * `threadloop/lowlevel`: the door for those who write loops, clocks, ports and spawners.
 * What is here is stable, but it assumes that you have read `docs/architecture.md`; for loops,
 * `docs/custom-loops.md`.
 */
export { WorkerSpawner } from './coordinator/spawner.js';
export type {
  SpawnedThread,
  Spawner,
  ThreadExit,
  WorkerSpawnerOptions,
} from './coordinator/spawner.js';
export { BaseEventLoop } from './loop/base-event-loop.js';
export type { LoopOptions } from './loop/loop-options.js';
export { HostClock } from './loop/clock.js';
export type { Alarm, Clock } from './loop/clock.js';
export type { Suspension } from './loop/coroutine.js';
export { enterLoop, runBatch } from './loop/enter-loop.js';
export { isEventLoop } from './loop/event-loop.js';
export { handleException } from './loop/exception-handler.js';
export type { Runnable } from './loop/runnable.js';
export { runAndTime } from './loop/slow-callback.js';
export { Waitable } from './loop/waitable.js';
export { watchThread } from './shared/thread-watch.js';
export type { FunctionAddress } from './wire/message.js';
export { NodePort } from './wire/port.js';
export type { Port, PortListener } from './wire/port.js';
