/**
 * Who is alive: one table in shared memory, with a row for each thread that takes part.
 *
 * Any thread. A row holds the thread's life, a number that no other thread ever gets; its doorbell;
 * and its name. What threads share refers to them by their lives, so it can tell at any time
 * whether the thread that it waits for is still there.
 *
 * | row   | what it means                              | moves to                              |
 * |-------|--------------------------------------------|---------------------------------------|
 * | free  | nobody's                                   | alive (`join`), kept (`keep`)         |
 * | kept  | for threads that bear one name in turn     | alive (`join`), free (`giveUp`)       |
 * | alive | a thread's                                 | free, or kept again (`bury`)          |
 *
 * A death is announced by ringing everybody (`bury`). Who announces it: the thread itself in its
 * `exit` event, whoever made it (`thread-watch.ts`), and on Linux anyone who asks the system.
 */
import { InvalidStateError } from '../errors.js';
import { Doorbell } from '../loop/doorbell.js';
import type { DoorbellAddress } from '../loop/doorbell.js';
import { defaultPollMs } from '../loop/vigil.js';
import type { Company } from '../loop/vigil.js';
import { hasSystemThreadEnded } from './system-thread.js';

/** Threads that share at one time: each takes up to 64 bytes in all that is shared. A guess. */
export const maxThreadCount = 256;

const headerWords = 16;
const rowWords = 16;
const maxNameBytes = 32;

// The header's words.
const tableId = 0;
const deathCount = 1;
const objectCount = 2;
const usedRowCount = 3;
const pollMicroseconds = 4;

// A row's words; the name begins at `name`.
const life = 0;
const generation = 1;
const thread = 2;
const parent = 3;
const bell = 4;
const seat = 6;
const systemThread = 7;
const name = 8;

const freeSeat = 0;
const takenSeat = 1;
const keptSeat = 2;

/** What a thread says of itself when it joins. */
export interface ThreadFacts {
  readonly name: string;
  readonly threadId: number;
  /** Of the nearest known thread above it, -1 where there is none. */
  readonly parentThreadId: number;
  /** Number of the thread for the operating system, 0 where it is not known. */
  readonly systemThreadId: number;
}

/** The table; each thread has its own view of the same memory. */
export class ThreadTable implements Company {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #bells: (Doorbell | undefined)[] = [];

  /** @param memory - of a table that there is already */
  constructor(memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer((headerWords + maxThreadCount * rowWords) * 4);
    this.#words = new Int32Array(this.memory);
    if (memory !== undefined) return;
    // Not from node:crypto, whose loading takes a thread 4 ms.
    this.#words[tableId] = Math.floor(Math.random() * 2 ** 32) | 1;
    this.pollMs = defaultPollMs;
  }

  /** Tells tables apart, since each message makes a new object of the same memory. */
  get id(): number {
    return Atomics.load(this.#words, tableId);
  }

  /** Grows with every death. */
  get deathCount(): number {
    return Atomics.load(this.#words, deathCount);
  }

  /** No row from this one on has ever been used. */
  get rowCount(): number {
    return Atomics.load(this.#words, usedRowCount);
  }

  /** How long each thread stays awake for messages: see `vigil.ts`. */
  get pollMs(): number {
    return Atomics.load(this.#words, pollMicroseconds) / 1000;
  }

  set pollMs(ms: number) {
    Atomics.store(this.#words, pollMicroseconds, Math.round(ms * 1000));
  }

  /** How many threads say that they are awake. */
  awakeCount(): number {
    let count = 0;
    for (let row = 0; row < this.rowCount; row += 1) if (this.bellOf(row).isAwake()) count += 1;
    return count;
  }

  /** A number for something shared, which nothing else in this table has. */
  nextObjectId(): number {
    return Atomics.add(this.#words, objectCount, 1) + 1;
  }

  /**
   * Keeps a row for threads that will bear one name, one after the other.
   *
   * @returns its number; `null` when the table is full
   */
  keep(): number | null {
    return this.#claim(keptSeat);
  }

  /** Ends what `keep` began. */
  giveUp(row: number): void {
    // A thread that is still in it leaves it free.
    const isAlive = Atomics.load(this.#words, at(row, life)) !== 0;
    Atomics.store(this.#words, at(row, seat), isAlive ? takenSeat : freeSeat);
  }

  /**
   * Enters a thread.
   *
   * @param row - one that was kept for it; by default a free one
   * @returns its life
   * @throws InvalidStateError when the table is full
   */
  join(facts: ThreadFacts, row: number | null = this.#claim(takenSeat)): number {
    if (row === null) {
      const limit = `${maxThreadCount} threads at one time`;
      throw new InvalidStateError(`This thread cannot share locks and the like: ${limit} can`);
    }
    const words = this.#words;
    const number = (Atomics.add(words, at(row, generation), 1) + 1) * maxThreadCount + row;
    Atomics.store(words, at(row, thread), facts.threadId);
    Atomics.store(words, at(row, parent), facts.parentThreadId);
    Atomics.store(words, at(row, systemThread), facts.systemThreadId);
    this.#writeName(row, facts.name);
    Atomics.store(words, at(row, life), number);
    return number;
  }

  isAlive(number: number): boolean {
    return Atomics.load(this.#words, at(rowOf(number), life)) === number;
  }

  /** For messages: also of a thread that has died, as long as no other one has its row. */
  nameOf(number: number): string {
    const row = rowOf(number);
    const isItsRow = Atomics.load(this.#words, at(row, generation)) === generationOf(number);
    return isItsRow ? this.#readName(row) : 'a thread that has ended';
  }

  /** The doorbell of a row. */
  bellOf(row: number): Doorbell {
    this.#bells[row] ??= new Doorbell({ memory: this.memory, byteOffset: at(row, bell) * 4 });
    return this.#bells[row];
  }

  /** The row of a doorbell. */
  rowOfBell({ byteOffset }: DoorbellAddress): number {
    return (byteOffset / 4 - at(0, bell)) / rowWords;
  }

  /** A thread has ended, and those below it with it: Node ends them first. */
  buryThread(threadId: number): void {
    for (let row = 0; row < this.rowCount; row += 1) {
      const number = Atomics.load(this.#words, at(row, life));
      const isIt = Atomics.load(this.#words, at(row, thread)) === threadId;
      // It may have been ended while it told of its own end: told twice does no harm.
      if (isIt && number === 0) this.#announceDeath();
      else if (isIt) this.bury(number);
      else if (number !== 0 && Atomics.load(this.#words, at(row, parent)) === threadId) {
        this.buryThread(Atomics.load(this.#words, at(row, thread)));
      }
    }
  }

  /** A thread has ended. Wakes everyone who waits for anything, to look who is still there. */
  bury(number: number): void {
    const words = this.#words;
    const row = rowOf(number);
    if (Atomics.compareExchange(words, at(row, life), number, 0) !== number) return;
    this.bellOf(row).rest();
    this.#announceDeath();
    // Only now: whoever gets the row next must find what it left cleared away.
    Atomics.compareExchange(words, at(row, seat), takenSeat, freeSeat);
  }

  /** Asks the system for each thread, and buries those that it has no more. Linux only. */
  buryMissing(): void {
    for (let row = 0; row < this.rowCount; row += 1) {
      const number = Atomics.load(this.#words, at(row, life));
      if (number === 0) continue;
      const hasEnded = hasSystemThreadEnded(Atomics.load(this.#words, at(row, systemThread)));
      // The number is compared once more: the row may have gone to another thread meanwhile.
      if (hasEnded) this.bury(number);
    }
  }

  #announceDeath(): void {
    Atomics.add(this.#words, deathCount, 1);
    for (let row = 0; row < this.rowCount; row += 1) this.bellOf(row).ringAloud();
  }

  #claim(as: number): number | null {
    for (let row = 0; row < maxThreadCount; row += 1) {
      if (Atomics.compareExchange(this.#words, at(row, seat), freeSeat, as) !== freeSeat) continue;
      let used = this.rowCount;
      while (used <= row) {
        used = Atomics.compareExchange(this.#words, usedRowCount, used, row + 1);
      }
      return row;
    }
    return null;
  }

  #writeName(row: number, text: string): void {
    const bytes = new Uint8Array(this.memory, at(row, name) * 4, maxNameBytes).fill(0);
    // Not encodeInto(), which refuses shared memory.
    bytes.set(new TextEncoder().encode(text).subarray(0, maxNameBytes));
  }

  #readName(row: number): string {
    const bytes = new Uint8Array(this.memory, at(row, name) * 4, maxNameBytes).slice();
    return new TextDecoder().decode(bytes).replace(/[\0\uFFFD]+$/u, '');
  }
}

/** The row of a life. */
export function rowOf(number: number): number {
  return number % maxThreadCount;
}

function generationOf(number: number): number {
  return Math.floor(number / maxThreadCount);
}

function at(row: number, word: number): number {
  return headerWords + row * rowWords + word;
}
