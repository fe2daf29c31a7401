/**
 * One function in another thread, from within a task: the short form of `runInExecutor` for those
 * who need no loop in their hands. After `asyncio.to_thread`.
 */
import { getRunningLoop } from '../loop/current-loop.js';
import type {
  AnyFunction,
  FunctionReference,
  RemoteParameters,
  RemoteResult,
} from '../loop/function-reference.js';
import type { Future } from '../loop/future.js';

/**
 * Runs a function in a thread of the running loop's default executor, so that it does not hold up
 * the loop. See `EventLoop.runInExecutor`, also for what becomes of it when the task is cancelled.
 *
 * @throws NoRunningLoopError, and what `runInExecutor` throws
 *
 * @example
 * const url = new URL('./images.js', import.meta.url);
 * const images = remoteModule<typeof import('./images.js')>(url);
 * const size = await toThread(images.measure, 'a.png');
 */
export function toThread<F extends AnyFunction>(
  fn: FunctionReference<F>,
  ...args: RemoteParameters<F>
): Future<RemoteResult<F>> {
  return getRunningLoop().runInExecutor(null, fn, ...args);
}
