/**
 * A thread's doorbell: the shared word by which other threads wake it while it is parked.
 *
 * Two words in shared memory: how often it was rung, and whether the owner is parked. A ring
 * between the owner's last look and its parking is not lost, since `Atomics.wait` compares the
 * count; and ringing a thread that is awake costs no system call.
 *
 * The owner looks, then waits; anyone may ring.
 */

const ringCount = 0;
const isParked = 1;

/** One thread's doorbell; clones of its memory ring the same bell. */
export class Doorbell {
  /** To be handed to other threads. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  #seenCount = 0;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Wakes the owner, now or when it is about to park. Any thread. */
  ring(): void {
    Atomics.add(this.#words, ringCount, 1);
    if (Atomics.load(this.#words, isParked) === 1) Atomics.notify(this.#words, ringCount);
  }

  /** Takes note of all rings so far: to be called before looking for what they announce. */
  look(): void {
    this.#seenCount = Atomics.load(this.#words, ringCount);
  }

  /** Blocks the owner until a ring that came after the last `look()`, at most `timeoutMs`. */
  wait(timeoutMs: number): void {
    Atomics.store(this.#words, isParked, 1);
    Atomics.wait(this.#words, ringCount, this.#seenCount, timeoutMs);
    Atomics.store(this.#words, isParked, 0);
  }
}
