/**
 * The limits of one call: its signal, its times, and the patience with code that ignores a cancel.
 *
 * Runs on the calling thread, whose timers go off also while the called one is stuck in a loop
 * without end. The time of the code counts from its start, which the called thread writes into
 * shared memory: so a call is never told to be late while it only waits.
 */
import { setMaxListeners } from 'node:events';
import { TimeoutError } from '../errors.js';
import { abortError } from '../loop/abort-error.js';
import { graceOf } from './call-options.js';
import type { CallOptions } from './call-options.js';
import { sharedNowMs } from './call-words.js';
import { after } from './deadline.js';
import type { Deadline } from './deadline.js';

/** The call, as its limits see it. */
export interface LimitedCall {
  /** For people. */
  readonly name: string;
  /** On the shared clock; `null` while it waits. */
  startedAtMs(): number | null;
  /** Ends it for the caller, and cancels its code; what is done already stays as it is. */
  abandon(error: Error): void;
  /** Ends it only if it has not started. */
  withdraw(error: Error): void;
  /** Ends the thread that holds it, if it still does. */
  replaceThread(reason: string): void;
}

/** Watches over one call from its sending to its answer. */
export class CallLimits {
  readonly #call: LimitedCall;
  readonly #options: CallOptions;
  #waiting: Deadline | undefined;
  #running: Deadline | undefined;
  #grace: Deadline | undefined;

  constructor(call: LimitedCall, options: CallOptions) {
    this.#call = call;
    this.#options = options;
  }

  /** The call leaves, for the first time or once more. */
  begin(): void {
    const { signal, timeoutMs = Infinity, queueTimeoutMs = Infinity } = this.#options;
    this.end();
    if (signal !== undefined) {
      // Any number of calls may have the same one: that is no leak.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', this.#onAbort);
    }
    this.#waiting = after(queueTimeoutMs, () => {
      const text = `${this.#call.name} was not started within ${queueTimeoutMs} ms`;
      this.#call.withdraw(new TimeoutError(text));
    });
    this.#running = after(timeoutMs, () => this.#onTimeout(timeoutMs));
    if (signal?.aborted === true) this.#onAbort();
  }

  /** It was answered, or its thread has died. */
  end(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#waiting?.clear();
    this.#running?.clear();
    this.#grace?.clear();
  }

  /** The code was told to stop. */
  onCancelled(isTimeout: boolean): void {
    this.#waiting?.clear();
    this.#running?.clear();
    const graceMs = graceOf(this.#options, isTimeout);
    this.#grace = after(graceMs, () => {
      const reason = `${this.#call.name} went on for ${graceMs} ms after it was cancelled`;
      this.#call.replaceThread(reason);
    });
  }

  #onTimeout(timeoutMs: number): void {
    const startedAtMs = this.#call.startedAtMs();
    const leftMs =
      startedAtMs === null ? timeoutMs : Math.ceil(startedAtMs + timeoutMs - sharedNowMs());
    if (leftMs > 0) {
      this.#running = after(leftMs, () => this.#onTimeout(timeoutMs));
      return;
    }
    this.#call.abandon(new TimeoutError(`${this.#call.name} ran longer than ${timeoutMs} ms`));
  }

  readonly #onAbort = (): void => {
    this.#call.abandon(abortError(this.#options.signal as AbortSignal));
  };
}
