/**
 * The errors that only Trio's layer raises, after Trio's of the same names. A cancel is
 * `CancelledError` in both layers.
 */
import { ThreadloopError } from './threadloop-error.js';

/** The time allowed by `failAfter` or `failAt` has passed. */
export class TooSlowError extends ThreadloopError {
  override readonly code = 'ERR_TOO_SLOW';
}

/** The call would have to wait, and its kind never does: use the one that waits. */
export class WouldBlockError extends ThreadloopError {
  override readonly code = 'ERR_WOULD_BLOCK';
}

/** All senders of the channel are closed, and the last value has been received. */
export class EndOfChannelError extends ThreadloopError {
  override readonly code = 'ERR_END_OF_CHANNEL';
}

/** This end was closed by its own side: it cannot be used any more. */
export class ClosedResourceError extends ThreadloopError {
  override readonly code = 'ERR_CLOSED_RESOURCE';
}

/** The other side is gone: nobody receives any more, or the owner of a lock has ended. */
export class BrokenResourceError extends ThreadloopError {
  override readonly code = 'ERR_BROKEN_RESOURCE';
}

/** The run that the token belongs to is over. */
export class RunFinishedError extends ThreadloopError {
  override readonly code = 'ERR_RUN_FINISHED';
}

/** A system task or a callback of the run has failed: everything was cancelled; see the cause. */
export class TrioInternalError extends ThreadloopError {
  override readonly code = 'ERR_TRIO_INTERNAL';
}
