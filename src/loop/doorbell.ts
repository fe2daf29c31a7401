/**
 * A thread's doorbell: the shared word by which other threads wake it while it is parked.
 *
 * Two words in shared memory: how often it was rung, and what the owner does. A ring
 * between the owner's last look and its parking is not lost, since `Atomics.wait` compares the
 * count; and ringing a thread that is awake costs no system call.
 *
 * The owner looks, then waits; anyone may ring.
 */
import { performance } from 'node:perf_hooks';

const ringCount = 0;
const ownerState = 1;
const wordCount = 2;

/** Of the owner: at work or asleep in Node, where Node wakes it. */
const ordinary = 0;
const parked = 1;
const awake = 2;

/** So many looks between two readings of the clock: 0.6 µs, while a reading takes 0.08. */
const looksPerRound = 50;

/** More than there can be, since a round takes 250 ns and more. */
const roundsPerMs = 4_000;

/** Where a doorbell is; can be handed to other threads. */
export interface DoorbellAddress {
  readonly memory: SharedArrayBuffer;
  readonly byteOffset: number;
}

/** One thread's doorbell; all that have the same address ring the same bell. */
export class Doorbell {
  /** To be handed to other threads. */
  readonly address: DoorbellAddress;
  readonly #words: Int32Array;
  #seenCount = 0;

  constructor(address: DoorbellAddress = freshAddress()) {
    this.address = address;
    this.#words = new Int32Array(address.memory, address.byteOffset, wordCount);
  }

  /** Wakes the owner, now or when it is about to park. Any thread. */
  ring(): void {
    Atomics.add(this.#words, ringCount, 1);
    if (Atomics.load(this.#words, ownerState) === parked) Atomics.notify(this.#words, ringCount);
  }

  /** As `ring()`, and wakes whoever waits for it by `rung()`. Always costs a system call. */
  ringAloud(): void {
    Atomics.add(this.#words, ringCount, 1);
    Atomics.notify(this.#words, ringCount);
  }

  /** Takes note of all rings so far: to be called before looking for what they announce. */
  look(): void {
    this.#seenCount = Atomics.load(this.#words, ringCount);
  }

  /** Blocks the owner until a ring that came after the last `look()`, at most `timeoutMs`. */
  wait(timeoutMs: number): void {
    Atomics.store(this.#words, ownerState, parked);
    Atomics.wait(this.#words, ringCount, this.#seenCount, timeoutMs);
    Atomics.store(this.#words, ownerState, ordinary);
  }

  /** Whether it was rung after the last `look()`. */
  hasRung(): boolean {
    return Atomics.load(this.#words, ringCount) !== this.#seenCount;
  }

  /** Uses the processor until a ring that came after the last `look()`, at most `timeoutMs`. */
  watch(timeoutMs: number): boolean {
    const deadlineMs = performance.now() + timeoutMs;
    // Counted, too: the clock of a test may stand still.
    for (let roundsLeft = timeoutMs * roundsPerMs; roundsLeft > 0; roundsLeft -= 1) {
      for (let count = 0; count < looksPerRound; count += 1) if (this.hasRung()) return true;
      if (performance.now() >= deadlineMs) return false;
    }
    return false;
  }

  /** Tells the other threads that the owner uses the processor: see `vigil.ts`. */
  stayAwake(): void {
    Atomics.store(this.#words, ownerState, awake);
  }

  /** Ends what `stayAwake` began. */
  rest(): void {
    Atomics.store(this.#words, ownerState, ordinary);
  }

  /** Whether the owner says so. Any thread. */
  isAwake(): boolean {
    return Atomics.load(this.#words, ownerState) === awake;
  }

  /**
   * Resolves with the next `ringAloud()`. It waits from the moment of the call, and does not keep
   * the process alive.
   */
  rung(): Promise<unknown> {
    for (;;) {
      const count = Atomics.load(this.#words, ringCount);
      const waiting = atomics.waitAsync(this.#words, ringCount, count);
      if (waiting.async) return waiting.value;
    }
  }
}

/** In every Node that we run on, but not in the language version that we compile for. */
const atomics = Atomics as typeof Atomics & {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: true; value: Promise<unknown> } | { async: false; value: string };
};

function freshAddress(): DoorbellAddress {
  return { memory: new SharedArrayBuffer(wordCount * 4), byteOffset: 0 };
}
