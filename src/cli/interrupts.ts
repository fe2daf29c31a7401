/**
 * Ctrl-C and SIGTERM: the first asks the run to come to a good end, the second ends it at once.
 *
 * SIGTERM is treated like Ctrl-C, as GNU parallel does: who sends it waits a while before worse,
 * and whoever cannot wait may send it twice, or kill: `--resume` goes on from any end.
 */
import { exitInterrupted, exitTerminated } from './exit-codes.js';

/** A signal that ends a run. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

const exitCodes: Readonly<Record<EndSignal, number>> = {
  SIGINT: exitInterrupted,
  SIGTERM: exitTerminated,
};

/** What happens at the first and at the second signal. */
export interface InterruptHandlers {
  readonly onFirst: (signal: EndSignal) => void;
  /** Expected to end the process. */
  readonly onSecond: (exitCode: number) => void;
}

/** Listens for signals until it is disposed of. */
export class Interrupts {
  readonly #handlers: InterruptHandlers;
  readonly #listener: (signal: EndSignal) => void;
  #first: EndSignal | undefined;

  constructor(handlers: InterruptHandlers) {
    this.#handlers = handlers;
    this.#listener = (signal) => this.#onSignal(signal);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, this.#listener);
  }

  /** Exit code that the first signal asks for; `undefined` when none has come. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : exitCodes[this.#first];
  }

  /** Leaves the signals to Node again. */
  dispose(): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#listener);
  }

  #onSignal(signal: EndSignal): void {
    if (this.#first !== undefined) {
      this.#handlers.onSecond(exitCodes[signal]);
      return;
    }
    this.#first = signal;
    this.#handlers.onFirst(signal);
  }
}
