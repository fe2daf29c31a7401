/**
 * Starting the next attempt when the one before takes too long, and keeping the first success.
 * After asyncio's `staggered_race`, the heart of Happy Eyeballs (RFC 8305).
 */
import { isCancelled } from '../errors.js';
import { assertBody, callBody } from '../loop/body.js';
import { assertIterable, assertTimeOrNull } from '../loop/check-arguments.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { currentTask } from '../loop/current-task.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { Operation } from '../loop/operation.js';
import type { Task } from '../loop/task.js';
import { wait } from './wait.js';

/** One attempt: an async function, a generator function or a plain one. */
export type Attempt<T> = () => PromiseLike<T> | Coroutine<T> | T;

/** How a race ended. */
export interface RaceResult<T> {
  /** What the first attempt that succeeded gave; `null` when none did. */
  readonly winner: T | null;
  /** Which one it was; `null` when none did. */
  readonly index: number | null;
  /** What went wrong in each attempt that was started; `null` for the winner. */
  readonly errors: unknown[];
}

/**
 * Starts the attempts one after another, `delayMs` milliseconds apart or as soon as the one before
 * has failed; `null` waits for that alone. The first to succeed wins; the others are cancelled and
 * waited for. Cancelling the race cancels those that run.
 *
 * @throws InvalidArgumentError when an attempt is no function, or `delayMs` no number
 */
export function staggeredRace<T>(
  attempts: Iterable<Attempt<T>>,
  delayMs: number | null,
): Operation<RaceResult<T>> {
  assertIterable(attempts, 'staggeredRace() expects an iterable of functions');
  assertTimeOrNull(delayMs, 'staggeredRace', 'delayMs');
  const given = [...attempts];
  for (const attempt of given) assertBody(attempt, 'staggeredRace()');
  return new Operation(() => new Race(given, delayMs, getRunningLoop()).run());
}

class Race<T> {
  readonly #attempts: readonly Attempt<T>[];
  readonly #delayMs: number | null;
  readonly #loop: EventLoop;
  readonly #running = new Set<Task<void>>();
  readonly #errors: unknown[] = [];
  #won: { readonly winner: T; readonly index: number } | null = null;

  constructor(attempts: readonly Attempt<T>[], delayMs: number | null, loop: EventLoop) {
    this.#attempts = attempts;
    this.#delayMs = delayMs;
    this.#loop = loop;
  }

  *run(): Coroutine<RaceResult<T>> {
    this.#start(0, null);
    let cancellation: Error | null = null;
    while (this.#running.size > 0) {
      try {
        yield* wait(this.#running, { returnWhen: 'FIRST_COMPLETED' });
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancellation = error;
        for (const task of this.#running) task.cancel(error.message);
      }
      for (const task of this.#running) if (task.done()) this.#running.delete(task);
    }
    if (cancellation !== null) throw cancellation;
    const { winner, index } = this.#won ?? { winner: null, index: null };
    return { winner, index, errors: this.#errors };
  }

  #start(index: number, previousFailed: Future<undefined> | null): void {
    this.#running.add(this.#loop.createTask(this.#attempt(index, previousFailed)));
  }

  /** Waits for its turn, starts the one behind it, and then makes its own attempt. */
  *#attempt(index: number, previousFailed: Future<undefined> | null): Coroutine<void> {
    if (previousFailed !== null) yield* wait([previousFailed], { timeoutMs: this.#delayMs });
    const attempt = this.#attempts[index];
    if (attempt === undefined) return;
    const failed = this.#loop.createFuture<undefined>();
    this.#start(index + 1, failed);
    this.#errors[index] = null;
    try {
      const winner = yield* callBody(attempt, undefined);
      this.#won = { winner, index };
      const self = currentTask();
      for (const task of this.#running) if (task !== self) task.cancel();
    } catch (error) {
      this.#errors[index] = error;
      failed.setResult(undefined);
    }
  }
}
