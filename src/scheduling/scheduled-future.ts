/**
 * What a scheduler holds: the future of something whose turn has not come, or which has begun.
 *
 * | state   | what it means                            | next                                  |
 * |---------|------------------------------------------|---------------------------------------|
 * | delayed | its timer runs                           | queued; done, by cancel or abort      |
 * | queued  | it stands in a queue                     | begun; done, by cancel or abort       |
 * | begun   | it has had its turn                      | done                                  |
 * | done    | as any future                            |                                       |
 */
import { isCancelled } from '../errors.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';
import type { Handle } from '../loop/handle.js';
import type { Queued } from './priority-queues.js';
import type { SchedulingState } from './scheduling-state.js';

/** What an entry needs of its scheduler. */
export interface Holder {
  readonly loop: EventLoop;
  /** Strikes an entry off all books: it has ended before its turn. */
  withdraw(entry: ScheduledFuture<unknown>): void;
}

/** The common base of posted tasks and continuations. */
export abstract class ScheduledFuture<T> extends Future<T> implements Queued {
  abstract readonly isContinuation: boolean;
  readonly state: SchedulingState;
  /** Given by the scheduler when it is queued. */
  order = 0;
  /** Set by the scheduler while it is delayed. */
  timer: Handle | null = null;
  readonly #holder: Holder;

  constructor(holder: Holder, state: SchedulingState) {
    super({ loop: holder.loop });
    this.#holder = holder;
    this.state = state;
  }

  /**
   * Its turn. Returns whether promises may go on from here: the scheduler then gives them time to
   * reach their next `yield()`. Never throws.
   */
  abstract begin(): boolean;

  /** Its signal was aborted. */
  abort(reason: unknown): void {
    if (this.done()) return;
    this.#holder.withdraw(this);
    this.fail(reason);
  }

  /** Takes it out of its queue; whoever waits gets `CancelledError(message)`. */
  override cancel(message?: string): boolean {
    if (!this.done()) this.#holder.withdraw(this);
    return super.cancel(message);
  }

  protected fail(reason: unknown): void {
    if (isCancelled(reason)) this.settleAsCancelled(reason);
    else this.settleWithError(reason);
  }
}
