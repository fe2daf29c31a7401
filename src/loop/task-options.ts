/**
 * What can be said of a task when it is made. On the thread of its loop.
 * After the arguments of `asyncio.Task`.
 */
import type { Context } from './context.js';

/** Options of `createTask`. */
export interface TaskOptions {
  /** Default `Task-1`, `Task-2`, …; anything is turned into text. */
  readonly name?: unknown;
  /** The async context to run in. Default: that of the caller. */
  readonly context?: Context;
  /** Run the first step in this very call, if the loop runs. Default `false`. */
  readonly eager?: boolean;
}
