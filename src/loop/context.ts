/**
 * Async contexts: callbacks and tasks run in that of whoever scheduled them, whoever resumes them.
 *
 * Node's `AsyncLocalStorage.snapshot()` would do, but costs 7.5 µs on Node 20; an `AsyncResource`
 * keeps the same for about 40 ns (measured, also on Node 22 to 26).
 */
import { AsyncResource } from 'node:async_hooks';
import { registry } from './registry.js';

/** What `AsyncLocalStorage.snapshot()` returns: runs a function in the context it was taken in. */
export type Context = <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R;

/** The context of the calling code, without the task that it belongs to. */
export function captureScope(): AsyncResource {
  // Called by an async function: what it schedules is no part of its task.
  return outsideTask(freshScope);
}

/** Runs code whose waits are not those of the async function that calls it. */
export function outsideTask<R>(run: () => R): R {
  const { asyncTask } = registry;
  return asyncTask.getStore() === undefined ? run() : asyncTask.run(undefined, run);
}

/** From Node 24 on a resource holds a frame that never changes; before, one that does. */
const framesAreImmutable = Number.parseInt(process.versions.node, 10) >= 24;

/** For the end of a step, in its context: what it set there is still set in the next step. */
export function renewScope(scope: AsyncResource | Context): AsyncResource | Context {
  return framesAreImmutable && typeof scope !== 'function' ? captureScope() : scope;
}

/** Set on callbacks of ours that enter the right context themselves. */
const ownScope = Symbol('threadloop.ownScope');

/** Marks a callback that enters the right context itself: handles need not keep one for it. */
export function bringsOwnScope<F extends object>(callback: F): F {
  return Object.assign(callback, { [ownScope]: true });
}

/** The context in which a callback has to run; `null` when it sees to that itself. */
export function scopeOf(callback: object): AsyncResource | null {
  return ownScope in callback ? null : captureScope();
}

/** The context of the calling code as it is, in a scope that can be changed by itself. */
export function freshScope(): AsyncResource {
  return new AsyncResource('threadloop');
}
