/**
 * `threadloop/trio`: the door for structured concurrency in Trio's words.
 * To be imported as a whole: `import * as trio from 'threadloop/trio'`; see `docs/trio.md`.
 */
export {
  BrokenResourceError,
  CancelledError,
  ClosedResourceError,
  EndOfChannelError,
  ExceptionGroup,
  isCancelled,
  RunFinishedError,
  TooSlowError,
  TrioInternalError,
  WouldBlockError,
} from './errors.js';
export type { Coroutine } from './loop/coroutine.js';
export { currentTask } from './loop/current-task.js';
export type { AsyncFunction } from './trio/async-function.js';
export { CancelScope } from './trio/cancel-scope.js';
export type { CancelScopeOptions } from './trio/cancel-scope.js';
export { CapacityLimiter } from './trio/capacity-limiter.js';
export type { CapacityLimiterStatistics } from './trio/capacity-limiter.js';
export type { ChannelStatistics } from './trio/channel-state.js';
export { cancelShieldedCheckpoint, checkpoint, checkpointIfCancelled } from './trio/checkpoint.js';
export { Condition } from './trio/condition.js';
export type { ConditionStatistics } from './trio/condition.js';
export { currentTime } from './trio/current-run.js';
export type { EntryOptions, TrioToken } from './trio/entry-queue.js';
export { Event } from './trio/event.js';
export type { EventStatistics } from './trio/event.js';
export type { RunSyncSoon } from './trio/guest-run-loop.js';
export type { Instrument } from './trio/instruments.js';
export { Lock } from './trio/lock.js';
export type { LockStatistics } from './trio/lock.js';
export { openMemoryChannel } from './trio/memory-channel.js';
export type { MemoryReceiveChannel, MemorySendChannel } from './trio/memory-channel.js';
export type { FarChild, FarLoop, StartOnParameters, StartOnValue } from './trio/far-child.js';
export { MockClock } from './trio/mock-clock.js';
export type { MockClockOptions } from './trio/mock-clock.js';
export { openNursery } from './trio/nursery.js';
export type { Nursery } from './trio/nursery.js';
export { run, startGuestRun } from './trio/run.js';
export type { GuestRunOptions } from './trio/run.js';
export {
  addInstrument,
  currentRootTask,
  currentStatistics,
  removeInstrument,
  spawnSystemTask,
} from './trio/run-functions.js';
export type { RunStatistics } from './trio/run-functions.js';
export { Semaphore } from './trio/semaphore.js';
export type { SemaphoreOptions, SemaphoreStatistics } from './trio/semaphore.js';
export type { TaskStatus } from './trio/task-status.js';
export * as testing from './trio/testing.js';
export {
  currentEffectiveDeadline,
  failAfter,
  failAt,
  moveOnAfter,
  moveOnAt,
  sleep,
  sleepForever,
  sleepUntil,
} from './trio/timeouts.js';
export type { Outcome, RunOptions } from './trio/trio-run.js';
export { currentTrioToken } from './trio-threads/far-entry.js';
export { fromThread } from './trio-threads/from-thread.js';
export type { FromThread, FromThreadOptions } from './trio-threads/from-thread.js';
export { currentDefaultThreadLimiter, toThread } from './trio-threads/to-thread.js';
export type { ToThread, ToThreadOptions } from './trio-threads/to-thread.js';
