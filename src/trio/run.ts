/**
 * The way in: a run from start to end, on a loop of its own or as a guest. After Trio's `run` and
 * `start_guest_run`.
 */
import { isMainThread } from 'node:worker_threads';
import { InvalidArgumentError, isCancelled, KeyboardInterruptError, show } from '../errors.js';
import type { Task } from '../loop/task.js';
import { assertAsyncFunction } from './async-function.js';
import type { AsyncFunction } from './async-function.js';
import { GuestRunLoop } from './guest-run-loop.js';
import type { RunSyncSoon } from './guest-run-loop.js';
import { NativeRunLoop } from './native-run-loop.js';
import { TrioRun } from './trio-run.js';
import type { Outcome, RunOptions } from './trio-run.js';

/** Options of `startGuestRun()`. */
export interface GuestRunOptions<T> extends RunOptions {
  /** Has the host call a function soon, from whichever thread it is called itself. */
  readonly runSyncSoonThreadsafe: RunSyncSoon;
  /** As that, where it is called on the host's own thread; may be cheaper. */
  readonly runSyncSoonNotThreadsafe?: RunSyncSoon;
  /** Called once, when the run is over. */
  readonly doneCallback: (outcome: Outcome<T>) => unknown;
}

/**
 * Runs an async function or a generator function, and all tasks that it starts, to the end.
 *
 * @param main - gets no arguments: bind them
 * @returns what `main` returns
 * @throws what `main` throws; LoopRunningError inside a run, or while a loop runs in this thread;
 *   KeyboardInterruptError after Ctrl-C; TrioInternalError when a system task or a callback of
 *   the token has failed
 *
 * @example
 * await trio.run(async () => {
 *   await trio.sleep(10);
 * });
 */
export async function run<T>(main: AsyncFunction<[], T>, options: RunOptions = {}): Promise<T> {
  assertAsyncFunction(main, 'run()');
  const run = new TrioRun(options, (loopOptions) => new NativeRunLoop(loopOptions));
  const loop = run.loop as NativeRunLoop;
  const endInterrupts = listenForInterrupts(run);
  try {
    return await loop.runUntilComplete(run.init(main, []));
  } catch (error) {
    if (!endInterrupts() || !isCancelled(error)) throw error;
    throw new KeyboardInterruptError('Interrupted by Ctrl-C', { cause: error });
  } finally {
    endInterrupts();
    run.finish();
    loop.close();
  }
}

/**
 * Runs as a guest on a loop that runs already: each pass is one callback there. When this returns
 * the run has been made, and none of its code has run. Host code may use what does not wait, such
 * as `event.set()`, `scope.cancel()` and the token, at any time: it wakes the guest.
 *
 * @throws LoopRunningError when a run is under way in this thread; InvalidArgumentError
 *
 * @example
 * startGuestRun(main, {
 *   runSyncSoonThreadsafe: (fn) => hostLoop.callSoonThreadsafe(fn),
 *   doneCallback: (outcome) => console.log(outcome),
 * });
 */
export function startGuestRun<T>(main: AsyncFunction<[], T>, options: GuestRunOptions<T>): void {
  assertAsyncFunction(main, 'startGuestRun()');
  const { runSyncSoonThreadsafe, doneCallback } = options;
  assertCallback(runSyncSoonThreadsafe, 'runSyncSoonThreadsafe');
  assertCallback(doneCallback, 'doneCallback');
  const runSyncSoon = options.runSyncSoonNotThreadsafe ?? runSyncSoonThreadsafe;
  const run = new TrioRun(options, (loopOptions) => new GuestRunLoop(loopOptions, runSyncSoon));
  const init = run.loop.createTask(run.init(main, []));
  init.addDoneCallback(() => {
    run.finish();
    run.loop.stop();
    run.loop.close();
    doneCallback(outcomeOf(init));
  });
}

function outcomeOf<T>(task: Task<T>): Outcome<T> {
  try {
    return { value: task.result() };
  } catch (error) {
    return { error };
  }
}

function assertCallback(fn: unknown, name: string): void {
  if (typeof fn === 'function') return;
  throw new InvalidArgumentError(
    `startGuestRun() expects ${name} to be a function, got ${show(fn)}`,
  );
}

/** Exit code of a process that Ctrl-C ended. */
const interruptedExitCode = 130;

/** Until the returned function is called, which tells whether Ctrl-C came. */
function listenForInterrupts(run: TrioRun): () => boolean {
  if (!isMainThread || process.listenerCount('SIGINT') > 0) return () => false;
  let isInterrupted = false;
  const onInterrupt = (): void => {
    // The second Ctrl-C means: at once.
    if (isInterrupted) process.exit(interruptedExitCode);
    isInterrupted = true;
    run.interrupt();
  };
  process.on('SIGINT', onInterrupt);
  return () => {
    process.off('SIGINT', onInterrupt);
    return isInterrupted;
  };
}
