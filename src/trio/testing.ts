/**
 * What tests of concurrent code need: to wait until nothing happens, and to have several tasks take
 * their steps in a fixed order. After `trio.testing`.
 */
import { InvalidArgumentError, InvalidStateError } from '../errors.js';
import type { Body } from '../loop/body.js';
import { assertBody, callBody } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { ownTask, passCheckpoint, passCancelPoint } from './checkpoint.js';
import { currentRun } from './current-run.js';
import { Event } from './event.js';

/**
 * Waits until all other tasks of the run have been blocked for `cushionMs` real milliseconds. Of
 * several tasks that wait, those with the smallest cushion come first. A task counts as blocked
 * while it waits for a promise of somebody else's.
 */
export function waitAllTasksBlocked(cushionMs = 0): Operation<void> {
  if (!(cushionMs >= 0)) {
    throw new InvalidArgumentError(`cushionMs must be >= 0, got ${cushionMs}`);
  }
  return new Operation(function* () {
    yield* passCancelPoint();
    const blocked = ownTask().getLoop().createFuture<void>();
    currentRun().idleWatch.add(blocked, cushionMs);
    yield* blocked;
  });
}

/**
 * Blocks, in any tasks, that run one after the other: that at position 0 first.
 *
 * @example
 * await sequencer.at(1, async () => { … });
 */
export class Sequencer {
  /** Each is set when the block before that position has ended. */
  readonly #turns = new Map<number, Event>();
  readonly #taken = new Set<number>();
  #isBroken = false;

  /**
   * Waits for the end of the block at the position before, then runs the body in the calling task.
   *
   * @throws InvalidStateError when the position was used already, or the sequence is broken because
   *   a task was cancelled while it waited for its turn
   */
  at<T>(position: number, body: Body<this, T>): Operation<T> {
    assertBody(body, 'Sequencer.at()');
    return new Operation(() => this.#run(position, body));
  }

  *#run<T>(position: number, body: Body<this, T>): Coroutine<T> {
    if (this.#taken.has(position)) {
      throw new InvalidStateError(`Attempted to re-use sequence point ${position}`);
    }
    if (this.#isBroken) throw brokenSequence();
    this.#taken.add(position);
    if (position > 0) yield* this.#waitFor(position);
    else yield* passCheckpoint();
    try {
      return yield* callBody(body, this);
    } finally {
      this.#turnOf(position + 1).set();
    }
  }

  *#waitFor(position: number): Coroutine<void> {
    try {
      yield* this.#turnOf(position).wait();
    } catch (error) {
      this.#isBroken = true;
      for (const turn of this.#turns.values()) turn.set();
      throw error;
    }
    if (this.#isBroken) throw brokenSequence();
  }

  #turnOf(position: number): Event {
    const turn = this.#turns.get(position) ?? new Event();
    this.#turns.set(position, turn);
    return turn;
  }
}

function brokenSequence(): InvalidStateError {
  return new InvalidStateError('sequence broken!');
}
