/**
 * The root of the family of errors, in a file of its own so that members can stand in theirs.
 * The family as a whole is `errors.ts`.
 */

/** Base class of every error raised by threadloop. */
export class ThreadloopError extends Error {
  /** Stable across versions, unlike the message: `ERR_…`. */
  readonly code: string = 'ERR_THREADLOOP';
}
