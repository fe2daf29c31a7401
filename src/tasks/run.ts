/**
 * The way in for most programs: one loop from start to end.
 * After `asyncio.run`.
 */
import { LoopRunningError } from '../errors.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Awaitable } from '../loop/coroutine.js';
import { newEventLoop, setEventLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { registry } from '../loop/registry.js';
import type { TaskFunction } from '../loop/task-work.js';
import { cancelAllTasks } from './cancel-all-tasks.js';

/** Options of `run`. */
export interface RunOptions {
  /** Debug mode of the loop. Default: as the environment says. */
  readonly debug?: boolean;
  /** Makes the loop; then it is not set as the current one. Default: `newEventLoop`. */
  readonly loopFactory?: () => EventLoop;
}

/**
 * Creates a loop, runs `main` on it, cancels what is left, and closes the loop. `main` is a
 * coroutine object, an async function, or a promise.
 *
 * @returns what `main` returns
 * @throws what `main` throws; LoopRunningError inside a running loop
 *
 * @example
 * await run(async () => {
 *   await sleep(10);
 * });
 */
export async function run<T>(
  main: Awaitable<T> | TaskFunction<T>,
  { debug, loopFactory }: RunOptions = {},
): Promise<T> {
  if (registry.running !== null && registry.running !== registry.background) {
    if (isCoroutine(main)) main.return(undefined as never);
    throw new LoopRunningError('run() cannot be called from a running event loop');
  }
  const before = registry.current;
  const loop = (loopFactory ?? newEventLoop)();
  if (loopFactory === undefined) setEventLoop(loop);
  if (debug !== undefined) loop.setDebug(debug);
  try {
    return (await loop.runUntilComplete(main)) as T;
  } finally {
    await loop.runUntilComplete(cancelAllTasks(loop));
    loop.close();
    // The loop in the background stays the thread's own.
    if (loopFactory === undefined) setEventLoop(before === registry.background ? before : null);
  }
}
