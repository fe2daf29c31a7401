/**
 * What belongs to one loop from its first real wait on: the base of every primitive here.
 *
 * A primitive can be made before any loop exists and used by several runs in turn, as long as
 * nobody has to wait for it. After asyncio's `_LoopBoundMixin`.
 */
import { DifferentLoopError } from '../errors.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { printsAsText } from '../loop/prints-as-text.js';

/** Something that tasks of one loop wait at. Prints as its `toString()` says. */
export abstract class LoopBound {
  static {
    printsAsText(this);
  }

  #loop: EventLoop | null = null;

  /** Name and state, as asyncio's `repr`. */
  abstract toString(): string;

  /**
   * To be called before a wait: binds this to the running loop, for good.
   *
   * @throws DifferentLoopError when it was bound to another one; NoRunningLoopError
   */
  protected bindLoop(): EventLoop {
    const loop = getRunningLoop();
    this.#loop ??= loop;
    if (this.#loop !== loop) {
      throw new DifferentLoopError(`${this.toString()} is bound to a different event loop`);
    }
    return loop;
  }
}
