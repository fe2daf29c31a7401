/**
 * The end of the time that this thread gives another one.
 *
 * A thread that was busy hears of its timers before it reads what has come meanwhile, and would
 * judge the other one for its own delay. So what has come by then is read first.
 */

/** The longest time that a timer of Node takes, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/** Acts once, unless it is cleared before. It does not keep the process alive; see `ref`. */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  #turn: NodeJS.Immediate | null = null;

  constructor(delayMs: number, act: () => void) {
    // Node reads messages between its timers and its immediates; for one without a reference it
    // would first wait for a message.
    this.#timer = setTimeout(() => {
      this.#turn = setImmediate(act);
    }, delayMs).unref();
  }

  /** Keeps the process alive until it has acted. */
  ref(): this {
    this.#timer.ref();
    return this;
  }

  clear(): void {
    clearTimeout(this.#timer);
    if (this.#turn !== null) clearImmediate(this.#turn);
  }
}

/** A deadline in so many milliseconds; none where that is longer than Node's timers run. */
export function after(delayMs: number, act: () => void): Deadline | undefined {
  return delayMs > longestTimerMs ? undefined : new Deadline(delayMs, act);
}
