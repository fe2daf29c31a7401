/**
 * How a future failed, for code that has to go on either way. `future.exception()` cannot tell a
 * thrown `null` from a success; here the error is boxed, since anything can be thrown.
 */
import type { Future } from '../loop/future.js';

/** The error of a future that is done, a `CancelledError` too; `null` when it has a result. */
export function failureOf(future: Future<unknown>): { readonly reason: unknown } | null {
  try {
    future.result();
    return null;
  } catch (reason) {
    return { reason };
  }
}
