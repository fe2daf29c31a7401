/**
 * The error of somebody who called the command wrongly.
 *
 * It is no `ThreadloopError`: no program catches it. Its message is the one line that the user
 * reads, so it names the thing that is wrong and says how to mend it.
 */

/** Ends the command with exit code 2; the message is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
