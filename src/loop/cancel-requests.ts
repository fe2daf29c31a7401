/**
 * The requests to cancel a task, as asyncio counts them. Most tasks never see one, so that a task
 * makes this for the first.
 */
import { CancelledError, isCancelled } from '../errors.js';

/** How often a task was asked to stop, how, and whether it still has to hear of it. */
export class CancelRequests {
  /** Those that `uncancel()` has not taken back. */
  count = 0;
  message: string | undefined;
  /** Whether a request is noted that could not be passed on, for the next chance. */
  isDue = false;

  add(message: string | undefined): void {
    this.count += 1;
    this.message = message;
  }

  /** The last one could not be passed on. */
  note(): void {
    this.isDue = true;
  }

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

  /** The error behind Node's own `AbortError`, by which an API tells that our signal fired. */
  causeOf(error: unknown): CancelledError | null {
    if (this.count === 0 || !(error instanceof Error) || error.name !== 'AbortError') return null;
    return isCancelled(error.cause) ? error.cause : null;
  }
}
