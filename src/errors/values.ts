/**
 * Values that do not arrive as what they were: the errors with which just those calls fail that
 * brought them. Both cross threads, as all errors of the family do.
 */
import { ThreadloopError } from './threadloop-error.js';

/** An instance arrived whose class is not registered in this thread: call `registerClass` there. */
export class UnregisteredClassError extends ThreadloopError {
  override readonly code = 'ERR_UNREGISTERED_CLASS';
}

/** The callback was released, by either side: whoever calls it has to stop. */
export class CallbackReleasedError extends ThreadloopError {
  override readonly code = 'ERR_CALLBACK_RELEASED';
}
