/**
 * Asking a suspended coroutine where it stands, without moving it.
 *
 * A coroutine that waits stands, through all its nested `yield*`, on an iterator of ours
 * (`FutureWait`, `TickWait`). While the probe is active that iterator notes the JavaScript stack,
 * which then holds the whole chain of generators, and yields what it yielded before: no code of the
 * user's runs, and the coroutine stands where it stood. Costs nothing while nobody asks.
 */
import type { Coroutine } from './coroutine.js';

interface Probe {
  /** Set only inside `resumeForProbe`, which is synchronous. */
  isActive: boolean;
  /** Whose `stack` was captured last. */
  holder: { readonly stack?: unknown };
}

/** The probe of this copy of the package. */
export const probe: Probe = { isActive: false, holder: {} };

/** For iterators that are resumed while the probe is active: notes the stack and stands still. */
export function standStill<S>(suspension: S): { readonly done: false; readonly value: S } {
  const holder = {};
  Error.captureStackTrace(holder, standStill);
  probe.holder = holder;
  return { done: false, value: suspension };
}

/**
 * The stack of a suspended coroutine as text, down to the frame of `resumeForProbe`. The caller
 * has to know that the coroutine stands on one of our iterators: on a bare `yield` it would go on.
 */
export function stackOfSuspended(coroutine: Coroutine<unknown>): unknown {
  return withWholeStacks(() => resumeForProbe(coroutine).stack);
}

/** Its name is where the stack of a suspended coroutine ends: see `task-stack.ts`. */
export function resumeForProbe(coroutine: Coroutine<unknown>): { readonly stack?: unknown } {
  probe.holder = {};
  probe.isActive = true;
  try {
    coroutine.next();
  } finally {
    probe.isActive = false;
  }
  return probe.holder;
}

/** Lifts the limit on the length of stacks for one synchronous call. */
export function withWholeStacks<R>(capture: () => R): R {
  const before = Error.stackTraceLimit;
  // By `Reflect`, since the property may be frozen; then stacks are as long as they are.
  Reflect.set(Error, 'stackTraceLimit', Infinity);
  try {
    return capture();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', before);
  }
}
