/**
 * The way in for most programs: one loop from start to end.
 * After `asyncio.run`.
 */
import { isCoroutine } from '../loop/coroutine.js';
import type { Awaitable } from '../loop/coroutine.js';
import type { TaskFunction } from '../loop/task-work.js';
import { assertNothingRuns, Runner } from './runner.js';
import type { RunnerOptions } from './runner.js';

/**
 * Creates a loop, runs `main` on it, cancels what is left, and closes the loop. `main` is a
 * coroutine object, an async function, or a promise. See `Runner` for Ctrl-C.
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
  options: RunnerOptions = {},
): Promise<T> {
  try {
    assertNothingRuns('run()');
  } catch (error) {
    if (isCoroutine(main)) main.return(undefined as never);
    throw error;
  }
  const runner = new Runner(options);
  try {
    return await runner.run(main);
  } finally {
    await runner.close();
  }
}
