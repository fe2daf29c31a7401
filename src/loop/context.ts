/**
 * Async contexts: in which a task runs, whoever resumes it.
 *
 * Node's `AsyncLocalStorage.snapshot()` would do, but costs 7.5 µs on Node 20; an `AsyncResource`
 * keeps the same for about 40 ns (measured, also on Node 22 to 26).
 */
import { AsyncResource } from 'node:async_hooks';
import { registry } from './registry.js';

/** What `AsyncLocalStorage.snapshot()` returns: runs a function in the context it was taken in. */
export type Context = <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;

/** The context of the calling code, for a task that it starts. */
export function captureTaskContext(): Context {
  const resource = captureResource();
  const enter: Context = (fn, ...args) => resource.runInAsyncScope(fn, undefined, ...args);
  return enter;
}

function captureResource(): AsyncResource {
  const { asyncTask } = registry;
  if (asyncTask.getStore() === undefined) return new AsyncResource('threadloop.Task');
  // Created inside an async function's task: this task is another one.
  return asyncTask.run(undefined, () => new AsyncResource('threadloop.Task'));
}
