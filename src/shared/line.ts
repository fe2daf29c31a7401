/**
 * A line in which tasks of many threads wait: first come, first served.
 *
 * Part of the memory of a `SharedObject`; all of it is called inside. Each thread has a row. It
 * shows the first of the thread's own tasks that wait, by its ticket; the others stand behind it in
 * memory of that thread. Tickets are drawn inside and grow, so the lowest one shown is that of the
 * task which has waited longest, of all threads. No number of tasks fills the memory, and a cancel
 * is a matter of one thread.
 *
 * | row is  | what it means                                   | moves to                          |
 * |---------|-------------------------------------------------|-----------------------------------|
 * | idle    | no task of the thread waits                     | waiting (its thread)              |
 * | waiting | its first one waits                             | granted (anyone), idle (its own)  |
 * | granted | that one may go on; the thread has been rung    | waiting, idle (its thread)        |
 *
 * A thread that has not come for its grant yet is passed over meanwhile; this is the one exception
 * to the order, and cannot happen where one alone is let in at a time.
 *
 * What a row has is **held** from the grant on. Nothing that is free is ever written down: it is
 * what the rows of the living do not hold. So what a dead thread held is free again as soon as its
 * row is cleared, and no write in between leaves a wrong count.
 */
import type { AudienceOwner } from './audience.js';
import { maxThreadCount } from './thread-table.js';
import type { Turn } from './turn.js';

// Words of a row.
const life = 0;
const state = 1;
const ticket = 2;
const need = 3;
const heldCount = 4;
const heldNeed = 5;
/** For the owner of the line. */
const mark = 6;
const rowWords = 8;

const idle = 0;
const waiting = 1;
const granted = 2;

/** Words that a line takes; the first one is the next ticket. */
export const lineWordCount: number = rowWords + maxThreadCount * rowWords;

/** What the rows of a line hold together. */
export interface Held {
  readonly count: number;
  /** The sum of what was asked for. */
  readonly need: number;
}

/** What a line needs to know of its owner. */
export interface LineOwner extends AudienceOwner {
  readonly isAlive: (life: number) => boolean;
  /** Whether a task that asks for so much may go on while others hold so much. */
  readonly canGrant: (need: number, held: Held) => boolean;
}

/** The line as one thread sees it. */
export class Line {
  readonly #owner: LineOwner;
  readonly #words: Int32Array;
  readonly #start: number;
  /** Tasks of this thread, in the order of their tickets. */
  readonly #turns = new Set<Turn>();

  /** @param start - index of its first word */
  constructor(owner: LineOwner, start: number) {
    this.#owner = owner;
    this.#words = owner.words;
    this.#start = start;
  }

  /** How many tasks of this thread wait. */
  get ownCount(): number {
    return this.#turns.size;
  }

  /** How many threads have a task that waits. A glance from outside. */
  get waitingThreadCount(): number {
    let count = 0;
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      if (this.#get(row, life) !== 0 && this.#get(row, state) === waiting) count += 1;
    }
    return count;
  }

  /** What the living hold, or have been granted. */
  held(): Held {
    let count = 0;
    let sum = 0;
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      if (this.#get(row, life) === 0) continue;
      const isGranted = this.#get(row, state) === granted;
      count += this.#get(row, heldCount) + (isGranted ? 1 : 0);
      sum += this.#get(row, heldNeed) + (isGranted ? this.#get(row, need) : 0);
    }
    return { count, need: sum };
  }

  /** How many this thread holds. */
  get ownHeldCount(): number {
    const { row } = this.#owner;
    return this.#get(row, life) === this.#owner.life ? this.#get(row, heldCount) : 0;
  }

  /** The life of a thread that holds one; 0 when none does. A glance from outside. */
  get holder(): number {
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      const number = this.#get(row, life);
      if (number !== 0 && this.#get(row, heldCount) > 0) return number;
    }
    return 0;
  }

  /** The lives of the threads whose rows bear a mark. */
  marked(): number[] {
    const lives: number[] = [];
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      if (this.#get(row, life) !== 0 && this.#get(row, mark) !== 0) {
        lives.push(this.#get(row, life));
      }
    }
    return lives;
  }

  /** Marks the row of this thread; `false` when it was so already. */
  setMark(value: 0 | 1): boolean {
    this.#openRow();
    const { row } = this.#owner;
    if (this.#get(row, mark) === value) return false;
    this.#set(row, mark, value);
    return true;
  }

  /** Takes at once; `false` when it is not free, or others came before. */
  tryTake(asked: number): boolean {
    if (this.#first() !== -1 || this.#turns.size > 0) return false;
    if (!this.#owner.canGrant(asked, this.held())) return false;
    this.#openRow();
    this.#hold(asked);
    return true;
  }

  /** Lets a task wait at the end. */
  join(turn: Turn): void {
    this.#openRow();
    turn.ticket = this.#words[this.#start] as number;
    this.#words[this.#start] = (turn.ticket + 1) | 0;
    this.#turns.add(turn);
    if (this.#turns.size === 1) this.#show();
  }

  /**
   * Takes a turn back. A grant that was meant for a task which leaves goes to whoever is first now;
   * so does what it had taken already.
   */
  leave(turn: Turn): void {
    const wasTaken = turn.state === 'taken';
    turn.state = 'left';
    if (wasTaken) {
      this.giveBack(turn.need);
      return;
    }
    const [first] = this.#turns;
    this.#turns.delete(turn);
    if (first === turn) this.#show();
  }

  /** Gives back what a task of this thread took. */
  giveBack(asked: number): void {
    const { row } = this.#owner;
    // The count is written last: what is free in between is too little, never too much.
    this.#set(row, heldNeed, this.#get(row, heldNeed) - asked);
    this.#set(row, heldCount, this.#get(row, heldCount) - 1);
  }

  /** Lets on who may go on. */
  settle(): void {
    const { row: own, canGrant, ring } = this.#owner;
    if (this.#turns.size > 0 && this.#get(own, state) === granted) this.#pickUp();
    for (let row = this.#first(); row !== -1; row = this.#first()) {
      if (!canGrant(this.#get(row, need), this.held())) return;
      this.#set(row, state, granted);
      if (row === own) this.#pickUp();
      else ring(row);
    }
  }

  /** Clears the rows of the dead; calls with the life of each, and with what it held. */
  clearDead(onDead: (life: number, heldCount: number, isMarked: boolean) => void): void {
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      const number = this.#get(row, life);
      if (number === 0 || this.#owner.isAlive(number)) continue;
      onDead(number, this.#get(row, heldCount), this.#get(row, mark) !== 0);
      this.#set(row, life, 0);
    }
  }

  /** The row of the task that has waited longest of those that were not let on; -1 for none. */
  #first(): number {
    let first = -1;
    let lowest = 0;
    for (let row = 0; row < this.#owner.rowCount(); row += 1) {
      if (this.#get(row, state) !== waiting || this.#get(row, life) === 0) continue;
      const number = this.#get(row, ticket);
      // Tickets begin again after 2 ** 32; what counts is which is ahead.
      if (first !== -1 && ((number - lowest) | 0) > 0) continue;
      first = row;
      lowest = number;
    }
    return first;
  }

  /** What was granted to this thread goes to its first task. */
  #pickUp(): void {
    const [turn] = this.#turns;
    if (turn === undefined) return;
    this.#turns.delete(turn);
    if (turn.isAbandoned) {
      turn.state = 'left';
    } else {
      this.#hold(turn.need);
      turn.take();
    }
    this.#show();
  }

  #hold(asked: number): void {
    const { row } = this.#owner;
    this.#set(row, heldNeed, this.#get(row, heldNeed) + asked);
    this.#set(row, heldCount, this.#get(row, heldCount) + 1);
  }

  /** Shows the first task of this thread to all. The state is written last. */
  #show(): void {
    const { row } = this.#owner;
    const [turn] = this.#turns;
    if (turn !== undefined) {
      this.#set(row, state, idle);
      this.#set(row, ticket, turn.ticket);
      this.#set(row, need, turn.need);
    }
    this.#set(row, state, turn === undefined ? idle : waiting);
  }

  /** The row of this thread, empty, where another one has left it. The life is written last. */
  #openRow(): void {
    const { row, life: own } = this.#owner;
    if (this.#get(row, life) === own) return;
    for (const word of [state, ticket, need, heldCount, heldNeed, mark]) this.#set(row, word, 0);
    this.#set(row, life, own);
  }

  #get(row: number, word: number): number {
    return Atomics.load(this.#words, this.#start + rowWords * (row + 1) + word);
  }

  #set(row: number, word: number, value: number): void {
    Atomics.store(this.#words, this.#start + rowWords * (row + 1) + word, value);
  }
}
