/**
 * One action of an RxJS scheduler: work that was scheduled, and may schedule itself again.
 *
 * | state     | moves to            | by                                          |
 * |-----------|---------------------|---------------------------------------------|
 * | scheduled | running, scheduled  | its turn; `schedule()`, which moves it      |
 * | running   | idle, scheduled     | its end; `this.schedule()` within           |
 * | idle      | scheduled           | `schedule()` by whoever still holds it      |
 * | any       | closed              | `unsubscribe()`; an error of the work       |
 */
import { Subscription } from 'rxjs';
import type { SchedulerAction } from 'rxjs';
import type { EventLoop } from '../../loop/event-loop.js';

/** What RxJS schedules. */
export type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** Has something run when its time has come, and can take it back. */
export type Place = (delayMs: number, run: () => void) => { cancel(): void };

/** As the next callback of a loop, or as a timer. */
export function onLoop(loop: EventLoop, delayMs: number, run: () => void): { cancel(): void } {
  return delayMs > 0 ? loop.callLater(delayMs, run) : loop.callSoon(run);
}

/** See above. */
export class LoopAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #place: Place;
  #work: Work<T> | null;
  #state: T | undefined;
  #placed: { cancel(): void } | null = null;

  constructor(work: Work<T>, place: Place) {
    super();
    this.#work = work;
    this.#place = place;
  }

  /** The state is always the new one, also when there is none. */
  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#state = state;
    this.#placed?.cancel();
    this.#placed = this.#place(delay, () => this.#run());
    return this;
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#placed?.cancel();
    this.#placed = null;
    this.#work = null;
    this.#state = undefined;
    super.unsubscribe();
  }

  #run(): void {
    this.#placed = null;
    try {
      this.#work?.call(this, this.#state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }
}
