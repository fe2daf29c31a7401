/**
 * One call of the user's function on one input, with its exact begin and end.
 *
 * Lives on the loop that makes the call. Tasks take turns there: between the moment when one is
 * scheduled and its first step others run, and so they do between its end and the moment when
 * somebody hears of it. So begin and end are noted inside the task, around the call itself; the
 * board shows them to the main thread.
 */
import { performance } from 'node:perf_hooks';
import {
  isAsyncFunction,
  isCoroutine,
  isCoroutineFunction,
  isPromiseLike,
} from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { outcomeOfError, outcomeOfValue } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { TargetFunction } from './pick-function.js';
import type { TicketBoard } from './ticket-board.js';

type CoroutineFunction = (input: unknown) => Coroutine<unknown>;

/** Made for one input, and used once. */
export class Attempt {
  readonly #board: TicketBoard;
  readonly #ticket: number;
  #state: 'queued' | 'running' | 'ended' | 'revoked' = 'queued';
  #beganAtMs = 0;
  #endedAtMs = 0;

  constructor(board: TicketBoard, ticket: number) {
    this.#board = board;
    this.#ticket = ticket;
  }

  /** Calls the function, of whatever kind, and waits for it; `'revoked'` when it may not begin. */
  *run(fn: TargetFunction, input: unknown): Coroutine<Outcome | 'revoked'> {
    try {
      const value = isCoroutineFunction(fn)
        ? yield* this.#delegate(fn as CoroutineFunction, input)
        : yield* this.#runAsTask(fn, input);
      this.#end();
      return this.#state === 'revoked' ? 'revoked' : outcomeOfValue(value, this.#ms);
    } catch (error) {
      this.#end();
      return outcomeOfError(error, this.#ms);
    }
  }

  get #ms(): number {
    return this.#endedAtMs - this.#beganAtMs;
  }

  *#delegate(fn: CoroutineFunction, input: unknown): Coroutine<unknown> {
    return this.#begin() ? yield* fn(input) : undefined;
  }

  /** A task of its own, so that a cancel reaches every wait of this library inside the function. */
  *#runAsTask(fn: TargetFunction, input: unknown): Coroutine<unknown> {
    // An async function that declares a second parameter gets a signal there.
    const takesSignal = isAsyncFunction(fn) && fn.length >= 2;
    const task = getRunningLoop().createTask<unknown>(
      takesSignal
        ? (signal) => this.#call(() => fn(input, signal))
        : () => this.#call(() => fn(input)),
    );
    return yield* task;
  }

  #call(fn: () => unknown): unknown {
    if (!this.#begin()) return undefined;
    let isSettled = true;
    try {
      const returned = fn();
      isSettled = !isPromiseLike(returned) && !isCoroutine(returned);
      if (!isPromiseLike(returned)) return returned;
      return returned.then(
        (value) => {
          this.#end();
          return value;
        },
        (error: unknown) => {
          this.#end();
          throw error;
        },
      );
    } finally {
      if (isSettled) this.#end();
    }
  }

  #begin(): boolean {
    const mayBegin = this.#board.tryStart(this.#ticket);
    this.#state = mayBegin ? 'running' : 'revoked';
    this.#beganAtMs = performance.now();
    return mayBegin;
  }

  /** Only the first counts. */
  #end(): void {
    if (this.#state !== 'running') return;
    this.#state = 'ended';
    this.#endedAtMs = performance.now();
    this.#board.finish(this.#ticket);
  }
}
