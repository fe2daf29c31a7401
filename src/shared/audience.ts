/**
 * Tasks of many threads that all go on with the same news: what an event and a barrier have in
 * place of a line.
 *
 * Part of the memory of a `SharedObject`; all of it is called inside. Each thread has a row, which
 * says whether it is to be rung for; which of its tasks the news is for, each thread sees for
 * itself. A row is one word: the life of a thread some task of which waits, else 0.
 */
import { maxThreadCount } from './thread-table.js';
import type { Turn } from './turn.js';

/** Words that it takes. */
export const audienceWordCount: number = maxThreadCount;

/** What it needs to know of its owner. */
export interface AudienceOwner {
  readonly words: Int32Array;
  readonly life: number;
  readonly row: number;
  readonly rowCount: () => number;
  readonly ring: (row: number) => void;
}

/** Those who wait, as one thread sees them. */
export class Audience<T extends Turn> {
  readonly #owner: AudienceOwner;
  readonly #start: number;
  readonly #turns = new Set<T>();

  /** @param start - index of its first word */
  constructor(owner: AudienceOwner, start: number) {
    this.#owner = owner;
    this.#start = start;
  }

  /** How many tasks of this thread wait. */
  get ownCount(): number {
    return this.#turns.size;
  }

  join(turn: T): void {
    this.#turns.add(turn);
    this.#show();
  }

  leave(turn: T): void {
    turn.state = 'left';
    this.#turns.delete(turn);
    this.#show();
  }

  /** Rings for all threads in which a task waits. */
  call(): void {
    const { words, rowCount, ring } = this.#owner;
    for (let row = 0; row < rowCount(); row += 1) {
      if (Atomics.load(words, this.#start + row) !== 0) ring(row);
    }
  }

  /** Lets on those tasks of this thread, in the order in which they came, for which it is time. */
  settle(mayGo: (turn: T) => boolean): void {
    if (this.#turns.size === 0) return;
    for (const turn of this.#turns) {
      if (!mayGo(turn)) continue;
      this.#turns.delete(turn);
      turn.take();
    }
    this.#show();
  }

  /** Whoever had the row before this thread is dead: what it left is overwritten, or is rung. */
  #show(): void {
    const { words, life, row } = this.#owner;
    Atomics.store(words, this.#start + row, this.#turns.size > 0 ? life : 0);
  }
}
