/**
 * From an `AbortSignal` that has fired to the error that ends a wait of ours, in this thread or for
 * a call on another.
 */
import { CancelledError, show } from '../errors.js';

/** What a wait or a call ends with whose signal has fired; the signal's reason is its cause. */
export function abortError({ reason }: AbortSignal): CancelledError {
  const isText = typeof reason === 'string';
  const text = reason instanceof Error ? reason.message : isText ? reason : show(reason);
  return new CancelledError(text, { cause: reason });
}
