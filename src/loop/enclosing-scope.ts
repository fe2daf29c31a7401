/**
 * A cancel that holds on, as a task sees it: that of the scope in which its code stands.
 *
 * One mechanism serves both ideas of cancelling. A cancel ends the wait in which a task stands, as
 * `CancelledError`, by cancelling what is waited for. asyncio's is an **edge**: a request, due once
 * (`cancel-requests.ts`). Trio's is a **level**: every wait of the task ends so, from its beginning
 * on, until the code has left the scope. What was won before the cancel came is kept: a wait that
 * is over gives its result, and the next one ends.
 */

import { CancelledError } from '../errors.js';

/** What a task asks at each of its waits. */
export interface EnclosingScope {
  /** The message of the `CancelledError`; `null` while the scope is not cancelled. */
  cancelMessage(): string | null;
}

/** What a wait is refused with that begins in a cancelled scope; what it is for is cancelled. */
export function cancelOnArrival(
  scope: EnclosingScope | null,
  wanted: { done(): boolean; cancel(message?: string): boolean },
): CancelledError | null {
  const message = scope?.cancelMessage() ?? null;
  if (message === null) return null;
  if (!wanted.done()) wanted.cancel(message);
  return new CancelledError(message);
}
