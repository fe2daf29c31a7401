/**
 * Holds back the calls of one link until those that its sender made before, over another link to
 * another thread of the same name, have begun: so the order of calls outlives a change of threads.
 *
 * Runs on the receiver's thread. The sender says when to hold, and when to go on.
 */
import type { EventLoop } from '../loop/event-loop.js';
import type { CallQueue } from './call-queue.js';
import type { CallHost } from './incoming-calls.js';

/** A host whose gate can be closed for one link alone. */
export class HeldHost implements CallHost {
  readonly #host: CallHost;
  #held: Promise<void> | null = null;
  #release: () => void = () => {};

  constructor(host: CallHost) {
    this.#host = host;
  }

  get gate(): Promise<void> | null {
    return this.#held ?? this.#host.gate;
  }

  get queue(): CallQueue {
    return this.#host.queue;
  }

  loop(): EventLoop | null {
    return this.#host.loop();
  }

  /** No call begins from now on. */
  hold(): void {
    const released = new Promise<void>((resolve) => (this.#release = resolve));
    this.#held = released.then(async () => void (await this.#host.gate));
  }

  /** Calls begin again. Also when it was not held. */
  go(): void {
    this.#held = null;
    this.#release();
  }
}
