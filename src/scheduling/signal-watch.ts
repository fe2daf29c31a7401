/**
 * One ear for all entries of a scheduler that share an abort signal: a listener each would make
 * every further one dearer.
 */
import { addAbortListener } from 'node:events';
import type { ScheduledFuture } from './scheduled-future.js';
import { isTaskSignal, priorityOf } from './task-signal.js';

/** Listens while it has entries, and not a moment longer. */
export class SignalWatch {
  readonly #signal: AbortSignal;
  readonly #onPriorityChange: () => void;
  readonly #entries = new Set<ScheduledFuture<unknown>>();
  #stopListening: (() => void) | null = null;

  /** @param move - told of each entry whose priority has changed with that of the signal */
  constructor(signal: AbortSignal, move: (entry: ScheduledFuture<unknown>) => void) {
    this.#signal = signal;
    this.#onPriorityChange = () => {
      for (const entry of this.#entries) {
        if (entry.state.prioritySource === signal) move(entry);
      }
    };
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add(entry: ScheduledFuture<unknown>): void {
    this.#entries.add(entry);
    this.#stopListening ??= this.#listen();
  }

  delete(entry: ScheduledFuture<unknown>): void {
    this.#entries.delete(entry);
    if (!this.isEmpty) return;
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #listen(): () => void {
    const signal = this.#signal;
    // Unlike a plain listener it also hears of an abort that another listener keeps to itself.
    const listening = addAbortListener(signal, () => {
      for (const entry of this.#entries) entry.abort(signal.reason);
    });
    const priority = isTaskSignal(signal) ? priorityOf(signal) : null;
    priority?.observe(this.#onPriorityChange);
    return () => {
      listening[Symbol.dispose]();
      priority?.unobserve(this.#onPriorityChange);
    };
  }
}
