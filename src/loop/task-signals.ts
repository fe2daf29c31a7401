/**
 * The abort signals of one task: its own, and those of the blocks that are open in it.
 *
 * A cancel of the task fires them all. A block that interrupts its task, as a timeout does, fires
 * its own and those of the blocks inside it: once it has caught the error, the task's signal must
 * still be good for what comes after.
 */

/** Made on first use: most tasks never ask for a signal. */
export class TaskSignals {
  #own = new AbortController();
  /** Outer blocks first. */
  readonly #blocks: AbortController[] = [];

  /** @param reason - with which the task is being cancelled already; else `null` */
  constructor(reason: Error | null) {
    if (reason !== null) this.#own.abort(reason);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** A controller for a block that begins. */
  open(): AbortController {
    const controller = new AbortController();
    const outer = this.#blocks.at(-1) ?? this.#own;
    if (outer.signal.aborted) controller.abort(outer.signal.reason);
    this.#blocks.push(controller);
    return controller;
  }

  /** The block has ended. */
  close(controller: AbortController): void {
    const index = this.#blocks.indexOf(controller);
    if (index !== -1) this.#blocks.splice(index, 1);
  }

  /** The block interrupts the task. */
  abortFrom(controller: AbortController, reason: Error): void {
    const index = this.#blocks.indexOf(controller);
    if (index !== -1) for (const each of this.#blocks.slice(index)) each.abort(reason);
  }

  /** The task is cancelled. */
  abortAll(reason: Error): void {
    this.#own.abort(reason);
    for (const each of this.#blocks) each.abort(reason);
  }

  /** All requests to cancel were taken back: what comes now is not cancelled. */
  renew(): void {
    if (this.#own.signal.aborted) this.#own = new AbortController();
  }
}
