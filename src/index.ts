/**
 * `threadloop`: the door for everyday use.
 * Loops, tasks, and the coordinator that runs them on several threads.
 */
export { BlockingPortal, startBlockingPortal } from './coordinator/blocking-portal.js';
export type { BlockingPortalOptions, PortalStopOptions } from './coordinator/blocking-portal.js';
export { Coordinator } from './coordinator/coordinator.js';
export type { CoordinatorCalls } from './coordinator/coordinator-calls.js';
export type { WhenFull } from './coordinator/admission.js';
export type { RestartPolicy } from './coordinator/brake.js';
export type {
  CoordinatorEvents,
  CoordinatorListener,
  DeathEvent,
  EndEvent,
  ListenOptions,
  LoadEvent,
  LoopEvent,
  RestartEvent,
} from './coordinator/events.js';
export type { MapOptions } from './coordinator/map.js';
export type { CoordinatorOptions, ShutdownOptions } from './coordinator/options.js';
export type { RecyclePolicy } from './coordinator/recycler.js';
export type { CoordinatorStats, LoopStats } from './coordinator/stats.js';
export type { LoopState } from './coordinator/loop-supervisor.js';
export {
  AwaitCycleError,
  BrokenBarrierError,
  BrokenLockError,
  BrokenResourceError,
  CallbackReleasedError,
  CancelledError,
  ChannelClosedError,
  ClosedResourceError,
  CoordinatorClosedError,
  DeadlockError,
  DifferentLoopError,
  EndOfChannelError,
  ExceptionGroup,
  ExportNotFoundError,
  InvalidArgumentError,
  InvalidAwaitError,
  InvalidStateError,
  isCancelled,
  KeyboardInterruptError,
  LoopClosedError,
  LoopDiedError,
  LoopLeftError,
  LoopNotFoundError,
  LoopRunningError,
  LoopStoppedError,
  ModuleNotFoundError,
  NoCurrentLoopError,
  NoRunningLoopError,
  NotAFunctionError,
  NotCloneableError,
  NotExposedError,
  ProxyReleasedError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  registerError,
  RunFinishedError,
  ThreadDiedError,
  ThreadloopError,
  TimeoutError,
  TooSlowError,
  TrioInternalError,
  TypeScriptModuleError,
  UnregisteredClassError,
  WouldBlockError,
} from './errors.js';
export type { LoopDeath, ThreadDeath } from './errors.js';
export { PiscinaExecutor } from './executors/piscina-executor.js';
export type { PiscinaExecutorOptions } from './executors/options.js';
export { captureCallGraph } from './introspection/call-graph.js';
export type { CallGraphOptions, FutureCallGraph } from './introspection/call-graph.js';
export { captureTasks } from './introspection/capture-tasks.js';
export type { TaskSnapshot, TasksSnapshot } from './introspection/capture-tasks.js';
export { formatCallGraph, printCallGraph } from './introspection/format-call-graph.js';
export type { PrintCallGraphOptions } from './introspection/format-call-graph.js';
export { formatTaskTable } from './introspection/task-table.js';
export { formatTaskTree } from './introspection/task-tree.js';
export type { Context } from './loop/context.js';
export { BlockingEventLoop } from './loop/blocking-event-loop.js';
export { isCoroutine } from './loop/coroutine.js';
export type { Awaitable, Coroutine } from './loop/coroutine.js';
export {
  getEventLoop,
  getRunningLoop,
  newEventLoop,
  setEventLoop,
  setLoopFactory,
} from './loop/current-loop.js';
export { allTasks, currentTask } from './loop/current-task.js';
export { ensureFuture } from './loop/ensure-future.js';
export type { EventLoop } from './loop/event-loop.js';
export type { ExceptionContext, ExceptionHandler } from './loop/exception-handler.js';
export type {
  Executor,
  ExecutorShutdownOptions,
  ExecutorStats,
  SubmitOptions,
} from './loop/executor.js';
export type { FunctionReference } from './loop/function-reference.js';
export { Future, isFuture } from './loop/future.js';
export { Handle, TimerHandle } from './loop/handle.js';
export { HostEventLoop } from './loop/host-event-loop.js';
export { Operation } from './loop/operation.js';
export type { FrameKind, StackFrame } from './loop/stack-frame.js';
export { Task } from './loop/task.js';
export type { TaskOptions } from './loop/task-options.js';
export { createEagerTaskFactory, eagerTaskFactory } from './loop/task-factory.js';
export type { TaskClass, TaskFactory } from './loop/task-factory.js';
export type { Body } from './loop/body.js';
export type { TaskFunction } from './loop/task-work.js';
export type { PrintStackOptions, StackOptions } from './loop/visible-task.js';
export { expose } from './proxies/expose.js';
export type { Exposure } from './proxies/expose.js';
export type { SchedulerPostTaskOptions } from './scheduling/post-task-options.js';
export { scheduler, schedulerOf } from './scheduling/scheduler.js';
export type { Scheduler } from './scheduling/scheduler.js';
export { TaskController } from './scheduling/task-controller.js';
export type { TaskControllerInit } from './scheduling/task-controller.js';
export type { TaskPriority } from './scheduling/task-priority.js';
export { TaskPriorityChangeEvent } from './scheduling/task-priority-change-event.js';
export type { TaskPriorityChangeEventInit } from './scheduling/task-priority-change-event.js';
export { TaskSignal } from './scheduling/task-signal.js';
export type { PriorityChangeListener, TaskSignalAnyInit } from './scheduling/task-signal.js';
export { asCompleted } from './tasks/as-completed.js';
export type { AsCompleted, AsCompletedOptions, EndedFuture } from './tasks/as-completed.js';
export { Barrier } from './sync/barrier.js';
export { BoundedSemaphore } from './sync/bounded-semaphore.js';
export { Condition } from './sync/condition.js';
export type { ConditionStats } from './sync/condition.js';
export { Event } from './sync/event.js';
export type { EventStats } from './sync/event.js';
export { Hold } from './sync/hold.js';
export type { Items } from './sync/items.js';
export { LifoQueue } from './sync/lifo-queue.js';
export { Lock } from './sync/lock.js';
export type { LockStats } from './sync/lock.js';
export { PriorityQueue } from './sync/priority-queue.js';
export type { PriorityQueueOptions } from './sync/priority-queue.js';
export { Queue } from './sync/queue.js';
export type { QueueStats } from './sync/queue.js';
export { Semaphore } from './sync/semaphore.js';
export type { SemaphoreStats } from './sync/semaphore.js';
export type { ChannelRole } from './shared/byte-channel.js';
export { Channel } from './shared/channel.js';
export type { ChannelOptions, ChannelStats } from './shared/channel.js';
export { SharedBarrier } from './shared/shared-barrier.js';
export type { SharedBarrierStats } from './shared/shared-barrier.js';
export type { SharedHandle } from './shared/shared-object.js';
export { SharedEvent } from './shared/shared-event.js';
export type { SharedEventStats } from './shared/shared-event.js';
export { SharedLock } from './shared/shared-lock.js';
export type { SharedLockStats } from './shared/shared-lock.js';
export { SharedSemaphore } from './shared/shared-semaphore.js';
export type { SharedSemaphoreStats } from './shared/shared-semaphore.js';
export { fromEventTarget, iterateEvents } from './tasks/events.js';
export type { FromEventTargetOptions, IterateEventsOptions } from './tasks/events.js';
export { fromPromise } from './tasks/from-promise.js';
export { gather } from './tasks/gather.js';
export type { AwaitedResult, GatherOptions } from './tasks/gather.js';
export type { PushStream, PushStreamOptions, WhenBufferFull } from './tasks/push-stream.js';
export { run } from './tasks/run.js';
export { Runner } from './tasks/runner.js';
export type { RunnerOptions } from './tasks/runner.js';
export { shield } from './tasks/shield.js';
export { sleep } from './tasks/sleep.js';
export { staggeredRace } from './tasks/staggered-race.js';
export type { Attempt, RaceResult } from './tasks/staggered-race.js';
export { taskGroup, TaskGroup } from './tasks/task-group.js';
export { Timeout, timeout, timeoutAt } from './tasks/timeout.js';
export { toThread } from './tasks/to-thread.js';
export { toPromise } from './tasks/to-promise.js';
export type { ToPromiseOptions } from './tasks/to-promise.js';
export { wait } from './tasks/wait.js';
export type { ReturnWhen, WaitOptions, WaitResult } from './tasks/wait.js';
export { waitFor } from './tasks/wait-for.js';
export { attachLoop } from './threads/attach-loop.js';
export type { AttachOptions } from './threads/attach-loop.js';
export type { AttachedLoop, DetachOptions } from './threads/attached-loop.js';
export type { CallOptions } from './threads/call-options.js';
export { checkCancelled } from './threads/check-cancelled.js';
export { ConcurrentFuture } from './threads/concurrent-future.js';
export { getLoop, loopNames } from './threads/directory.js';
export type { LateErrors } from './threads/late-errors.js';
export { wrapFuture } from './threads/following-future.js';
export type { RemoteHandle } from './threads/outgoing-calls.js';
export { isRemoteFunction, remoteFunction, remoteModule } from './threads/remote-function.js';
export type {
  RemoteFunction,
  RemoteModule,
  RemoteParameters,
  RemoteResult,
} from './threads/remote-function.js';
export { callback } from './threads/callback.js';
export type { Callback, CallbackOptions } from './threads/callback.js';
export { RemoteLoop } from './threads/remote-loop.js';
export type { Invitation } from './threads/rendezvous.js';
export type { ItemOf, RemoteLoopStats } from './threads/remote-loop.js';
export type { RemoteStream } from './threads/remote-stream.js';
export type { TaskStatus } from './threads/started-tasks.js';
export type {
  ProxyMarked,
  ProxyMethods,
  Remote,
  RemoteMembers,
  RemoteValue,
} from './threads/remote-object.js';
export { carryContext } from './wire/carried-context.js';
export type { ContextCodec } from './wire/carried-context.js';
export { move } from './wire/move.js';
export { registerClass } from './wire/registered-classes.js';
export type { ClassCodec, ClassOf } from './wire/registered-classes.js';
