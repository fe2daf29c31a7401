/**
 * Values of a channel, as bytes in a ring: first in, first out.
 *
 * Part of the memory of a `SharedObject`; called inside. Beside the bytes stands a directory: where
 * each value begins, and how long it is. Two counters say how many values were ever put in and
 * taken out; everything else follows from the directory, so that putting and taking each end with
 * one write that counts, and a thread that dies before it has changed nothing.
 */

/** Words before the directory. */
const putCount = 0;
const takenCount = 1;
const valueCount = 2;
const byteCount = 3;
const directory = 4;
const entryWords = 2;

/** How much a ring holds. */
export interface RingSize {
  /** Values at most. */
  readonly capacity: number;
  /** Bytes at most: a power of two. */
  readonly byteCapacity: number;
}

/** Words before the bytes. */
export function ringWordCount({ capacity }: RingSize): number {
  return directory + entryWords * entryCount(capacity);
}

/** A power of two, so that counters may begin again after 2 ** 32. */
function entryCount(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity));
}

/** Writes the size into fresh memory. */
export function writeRingSize(words: Int32Array, start: number, size: RingSize): void {
  words[start + valueCount] = size.capacity;
  words[start + byteCount] = size.byteCapacity;
}

/** The ring as one thread sees it. */
export class ValueRing {
  readonly capacity: number;
  readonly byteCapacity: number;
  readonly #words: Int32Array;
  readonly #start: number;
  readonly #bytes: Uint8Array;
  readonly #lastEntry: number;

  /** @param start - index of its first word */
  constructor(words: Int32Array, start: number) {
    this.#words = words;
    this.#start = start;
    this.capacity = words[start + valueCount] as number;
    this.byteCapacity = words[start + byteCount] as number;
    const byteOffset = (start + ringWordCount(this)) * 4;
    this.#bytes = new Uint8Array(words.buffer, byteOffset, this.byteCapacity);
    this.#lastEntry = entryCount(this.capacity) - 1;
  }

  /** Values in it. */
  get length(): number {
    return (this.#count(putCount) - this.#count(takenCount)) | 0;
  }

  /** Bytes of the values in it. */
  get byteLength(): number {
    if (this.length === 0) return 0;
    return (this.#end() - this.#begin(this.#count(takenCount))) >>> 0;
  }

  /** Puts a value in; there has to be room. */
  put(value: Uint8Array): void {
    const begin = this.#end();
    const offset = begin & (this.byteCapacity - 1);
    const headLength = Math.min(value.length, this.byteCapacity - offset);
    this.#bytes.set(value.subarray(0, headLength), offset);
    this.#bytes.set(value.subarray(headLength), 0);
    const entry = this.#entry(this.#count(putCount));
    this.#words[entry] = begin;
    this.#words[entry + 1] = value.length;
    Atomics.add(this.#words, this.#start + putCount, 1);
  }

  /** Takes the oldest value out; there has to be one. */
  take(): Uint8Array {
    const taken = this.#count(takenCount);
    const offset = this.#begin(taken) & (this.byteCapacity - 1);
    const value = new Uint8Array(this.#words[this.#entry(taken) + 1] as number);
    const head = this.#bytes.subarray(offset, offset + value.length);
    value.set(head);
    value.set(this.#bytes.subarray(0, value.length - head.length), head.length);
    Atomics.add(this.#words, this.#start + takenCount, 1);
    return value;
  }

  /** Where the next value begins, also after the last one has been taken. */
  #end(): number {
    const last = this.#entry(this.#count(putCount) - 1);
    return ((this.#words[last] as number) + (this.#words[last + 1] as number)) | 0;
  }

  /** Positions grow for ever, modulo 2 ** 32. */
  #begin(number: number): number {
    return this.#words[this.#entry(number)] as number;
  }

  #entry(number: number): number {
    return this.#start + directory + entryWords * (number & this.#lastEntry);
  }

  #count(word: number): number {
    return Atomics.load(this.#words, this.#start + word);
  }
}
