/**
 * The shared words of calls: one for each call under way on a link, which both threads see at
 * once, also while one of them is busy. Who starts a call and who withdraws it agree by it.
 *
 * | word       | moves to    | by                                                        |
 * |------------|-------------|-----------------------------------------------------------|
 * | waiting    | started     | the called thread, when the call has its turn             |
 * |            | withdrawn   | the calling thread: it will never start                   |
 * | started    | cancelled   | the calling thread: `checkCancelled()` throws from now on |
 *
 * Every move is a compare-and-exchange, so of two threads one wins. A word is used again once the
 * called thread has answered, since it looks at it no more after that.
 */
import { performance } from 'node:perf_hooks';

const waiting = 0;
/** As `waiting`; the caller wants to know when it starts. */
const waitingTimed = 1;
const started = 2;
const withdrawn = 3;
/** What `checkCancelled()` asks for; the word of an executor's job ends so too. */
export const cancelled = 4;

/** Words in one chunk of memory, a power of two: 16 KB, made as calls need them. A guess. */
const wordsPerChunk = 1024;
const indexBits = 10;
const indexMask = wordsPerChunk - 1;

/** Subject of the notice that hands memory for words to the called thread. */
export const wordsNotice = 'words';

/** Body of that notice. */
export interface WordMemory {
  /** Number of the first chunk in it, counted from 0. */
  readonly index: number;
  readonly memory: SharedArrayBuffer;
}

class Chunk {
  readonly words: Int32Array;
  /** Whether the module of a call that waits is being loaded for it: 1 if so. */
  readonly loading: Int32Array;
  /** When each call started, by the clock that all threads share. */
  readonly startedAtMs: Float64Array;

  constructor(memory: SharedArrayBuffer, begin: number) {
    const ends = [8, 12].map((bytes) => begin + wordsPerChunk * bytes);
    this.startedAtMs = new Float64Array(memory, begin, wordsPerChunk);
    this.words = new Int32Array(memory, ends[0], wordsPerChunk);
    this.loading = new Int32Array(memory, ends[1], wordsPerChunk);
  }
}

const bytesPerChunk = wordsPerChunk * 16;

/** At most so many chunks are made at once: 4 MB. They double until then. A guess. */
const maxChunksAtOnce = 256;

function chunksIn(memory: SharedArrayBuffer): Chunk[] {
  return Array.from(
    { length: memory.byteLength / bytesPerChunk },
    (_, number) => new Chunk(memory, number * bytesPerChunk),
  );
}

/** Milliseconds on a clock that all threads of the process share. */
export function sharedNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** The words of the calls that this thread makes over one link. */
export class OutgoingWords {
  readonly #chunks: Chunk[] = [];
  readonly #free: number[] = [];
  readonly #share: (memory: WordMemory) => void;

  /** @param share - hands new memory to the called thread, before any call that uses it */
  constructor(share: (memory: WordMemory) => void) {
    this.#share = share;
  }

  /** A word for a new call, which waits. Where it `isTimed`, `startedAtMs` will tell its start. */
  take(isTimed: boolean): number {
    const word = this.#free.pop() ?? this.#grow();
    const chunk = this.#chunks[word >> indexBits] as Chunk;
    // No atomic write, which takes 30 ns: the message of the call, sent later, publishes it.
    chunk.words[word & indexMask] = isTimed ? waitingTimed : waiting;
    return word;
  }

  /** The call was answered: nobody looks at its word any more. */
  release(word: number): void {
    this.#free.push(word);
  }

  /** Whether the call will never start. */
  withdraw(word: number): boolean {
    return this.#move(word, waiting, withdrawn) || this.#move(word, waitingTimed, withdrawn);
  }

  /** Tells the code of a call that has started. */
  cancel(word: number): void {
    this.#move(word, started, cancelled);
  }

  /** When a timed call started, on the clock of `sharedNowMs()`; `null` when it has not. */
  startedAtMs(word: number): number | null {
    const chunk = this.#chunks[word >> indexBits] as Chunk;
    const index = word & indexMask;
    const state = Atomics.load(chunk.words, index);
    // Of one that was withdrawn: what stands there is of another call.
    if (state === waitingTimed || state === withdrawn) return null;
    return chunk.startedAtMs[index] as number;
  }

  /** Whether the called thread loads its module at present; also once it was withdrawn. */
  isLoading(word: number): boolean {
    const { loading } = this.#chunks[word >> indexBits] as Chunk;
    return Atomics.load(loading, word & indexMask) === 1;
  }

  /**
   * The called thread has lost messages, and may start calls whose caller has given them up: no
   * word of theirs is used again.
   */
  abandonAll(): void {
    this.#free.length = 0;
  }

  #move(word: number, from: number, to: number): boolean {
    const { words } = this.#chunks[word >> indexBits] as Chunk;
    return Atomics.compareExchange(words, word & indexMask, from, to) === from;
  }

  #grow(): number {
    const index = this.#chunks.length;
    const count = Math.min(Math.max(index, 1), maxChunksAtOnce);
    const memory = new SharedArrayBuffer(count * bytesPerChunk);
    this.#chunks.push(...chunksIn(memory));
    const first = index * wordsPerChunk;
    const end = first + count * wordsPerChunk;
    for (let word = end - 1; word > first; word -= 1) this.#free.push(word);
    this.#share({ index, memory });
    return first;
  }
}

/** The words of the calls that arrive in this thread over one link. */
export class IncomingWords {
  readonly #chunks: Chunk[] = [];

  /** Memory that the calling thread has made. */
  add({ index, memory }: WordMemory): void {
    for (const [number, chunk] of chunksIn(memory).entries()) this.#chunks[index + number] = chunk;
  }

  /** Whether the call may start now; not when it has been withdrawn. */
  start(word: number): boolean {
    const chunk = this.#chunks[word >> indexBits];
    // Its memory was in a message that got lost.
    if (chunk === undefined) return true;
    const { words, startedAtMs } = chunk;
    const index = word & indexMask;
    const before = Atomics.compareExchange(words, index, waiting, started);
    if (before !== waitingTimed) return before === waiting;
    // Before the word, which publishes it.
    startedAtMs[index] = sharedNowMs();
    return Atomics.compareExchange(words, index, waitingTimed, started) === waitingTimed;
  }

  /** To be called before and after its module is loaded, and before it is answered. */
  setLoading(word: number, isLoading: boolean): void {
    const chunk = this.#chunks[word >> indexBits];
    if (chunk !== undefined) Atomics.store(chunk.loading, word & indexMask, isLoading ? 1 : 0);
  }

  /** Whether the caller has taken the call back. */
  isWithdrawn(word: number): boolean {
    const chunk = this.#chunks[word >> indexBits];
    return chunk !== undefined && Atomics.load(chunk.words, word & indexMask) === withdrawn;
  }

  /** Whether the caller has cancelled the call, which has started. Some nanoseconds. */
  isCancelled(word: number): boolean {
    const chunk = this.#chunks[word >> indexBits];
    return chunk !== undefined && Atomics.load(chunk.words, word & indexMask) === cancelled;
  }
}
