/**
 * Tells when a thread has done enough: after a time, a number of calls, or with its heap grown.
 *
 * Runs on the coordinator's thread, one for each loop. Time and calls cost nothing; the heap is
 * asked for once a second, and only where it has a limit.
 */

/** When a thread is followed by a fresh one: the option `recycle` of a coordinator. */
export interface RecyclePolicy {
  /** When it has lived so long. Default: never. */
  readonly afterMs?: number;
  /** When it has ended so many calls of the coordinator's thread. Default: never. */
  readonly afterCalls?: number;
  /** When its heap, garbage included, is that large; looked at once a second. Default: never. */
  readonly afterHeapMB?: number;
}

/** Milliseconds between two looks at the heap. A guess, safe to change. */
const measuringIntervalMs = 1_000;

/** Milliseconds before another attempt, where the thread that was to follow failed. A guess. */
const retryMs = 10_000;

/** Node's timers go no further. */
const longestTimerMs = 2 ** 31 - 1;

/** Watches over one thread at a time. */
export class Recycler {
  readonly #policy: Required<RecyclePolicy>;
  readonly #measure: () => void;
  readonly #onDue: (reason: string) => void;
  #isWatching = false;
  #ageTimer: NodeJS.Timeout | undefined;
  #heapTimer: NodeJS.Timeout | undefined;

  /** @param measure - asks the thread for its heap: the answer goes to `onMeasured` */
  constructor(
    policy: Required<RecyclePolicy>,
    measure: () => void,
    onDue: (reason: string) => void,
  ) {
    this.#policy = policy;
    this.#measure = measure;
    this.#onDue = onDue;
  }

  /** A thread has become ready. It becomes due once. */
  begin(): void {
    this.end();
    this.#isWatching = true;
    const { afterMs, afterHeapMB } = this.#policy;
    if (afterMs <= longestTimerMs) {
      const reason = `it lived ${afterMs} ms`;
      this.#ageTimer = setTimeout(() => this.#due(reason), afterMs).unref();
    }
    if (afterHeapMB !== Infinity) this.#measureLater();
  }

  /** As `begin`, after a while. */
  beginLater(): void {
    this.end();
    this.#ageTimer = setTimeout(() => this.begin(), retryMs).unref();
  }

  /** The thread has ended so many calls in all. */
  onCallEnded(count: number): void {
    if (count >= this.#policy.afterCalls) this.#due(`it ended ${count} calls`);
  }

  onMeasured(heapUsedMB: number): void {
    if (heapUsedMB < this.#policy.afterHeapMB) return;
    this.#due(`its heap holds ${Math.round(heapUsedMB)} MB`);
  }

  end(): void {
    this.#isWatching = false;
    clearTimeout(this.#ageTimer);
    clearTimeout(this.#heapTimer);
  }

  #measureLater(): void {
    const look = (): void => {
      this.#measure();
      this.#measureLater();
    };
    this.#heapTimer = setTimeout(look, measuringIntervalMs).unref();
  }

  #due(reason: string): void {
    if (!this.#isWatching) return;
    this.end();
    this.#onDue(reason);
  }
}
