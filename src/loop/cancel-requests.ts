/**
 * The requests to cancel a task, as asyncio counts them. Most tasks never see one, so that a task
 * makes this for the first.
 */
import { CancelledError } from '../errors.js';

/** How often a task was asked to stop, how, and whether it still has to hear of it. */
export class CancelRequests {
  /** Those that `uncancel()` has not taken back. */
  count = 0;
  message: string | undefined;
  /** Whether a request is noted that could not be passed on, for the next chance. */
  isDue = false;

  /** Whether one was due; the code hears of it now, or need not any more. */
  takeDue(): boolean {
    const { isDue } = this;
    this.isDue = false;
    return isDue;
  }

  /** What is raised in the task. */
  error(): CancelledError {
    return new CancelledError(this.message);
  }
}
