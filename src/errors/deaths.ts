/**
 * Threads that ended while calls depended on them: what is known of the end, and the errors with
 * which those calls fail. Both cross threads, as all errors of the family do.
 */
import { ThreadloopError } from './threadloop-error.js';

/** What is known of a loop that died. */
export interface LoopDeath {
  /** Name of the loop. */
  readonly loop: string;
  /** Exit code of its thread, `null` where the thread never ran or is not ours to watch. */
  readonly exitCode: number | null;
  /** In words: what ended the thread. */
  readonly reason: string;
}

/** The thread that held the call has died. Whether the call ran is unknown. */
export class LoopDiedError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_DIED';
  readonly loop: string;
  readonly exitCode: number | null;
  readonly reason: string;

  constructor(death: LoopDeath, options?: ErrorOptions) {
    const exit = death.exitCode === null ? '' : `, exit code ${death.exitCode}`;
    super(`Loop '${death.loop}' died: ${death.reason}${exit}`, options);
    this.loop = death.loop;
    this.exitCode = death.exitCode;
    this.reason = death.reason;
  }
}

/** The loop was taken away by `resize()`. The call was not made: make it on another loop. */
export class LoopLeftError extends ThreadloopError {
  override readonly code = 'ERR_LOOP_LEFT';
}

/** What is known of a thread that died, and of the call that it held. */
export interface ThreadDeath {
  /** Exit code of the thread, `null` where an error ended it or it never ran. */
  readonly exitCode: number | null;
  /** In words: what ended the thread. */
  readonly reason: string;
  /** Whether the function had been called; where not, it may safely be called again. */
  readonly hasBegun: boolean;
}

/** The executor's thread that held the call has died. */
export class ThreadDiedError extends ThreadloopError {
  override readonly code = 'ERR_THREAD_DIED';
  readonly exitCode: number | null;
  readonly reason: string;
  readonly hasBegun: boolean;

  constructor(death: ThreadDeath, options?: ErrorOptions) {
    const when = death.hasBegun ? 'while the call ran' : 'before the call had begun';
    super(`A thread of the executor died ${when}: ${death.reason}`, options);
    this.exitCode = death.exitCode;
    this.reason = death.reason;
    this.hasBegun = death.hasBegun;
  }
}
