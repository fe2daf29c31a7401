/**
 * What everything shared between threads is made of: words in shared memory, changed by one thread
 * at a time, and the tasks of this thread that wait for a change.
 *
 * Any thread. The words are the only truth. All changes are made `inside` the guard, and each visit
 * there does four things: it clears away the threads that have died since the last visit; makes its
 * change; lets others go on that now may (`settle`); and, once outside again, rings for them.
 *
 * **No wake-up is lost.** After each visit nobody waits that may go on, but for threads which have
 * been let on and rung for. A thread that dies between its change and the end of its visit, or
 * before it has rung, is survived so: a death rings everyone (`ThreadTable.bury`); who waits makes
 * a visit then, which clears, settles and rings once more. For that, every change of the words has
 * to be such that the words make sense after each single write; each class says how.
 */
import { InvalidArgumentError, InvalidStateError, show } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import type { Future } from '../loop/future.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { wakeDormantClasses } from '../wire/registered-classes.js';
import { Audience } from './audience.js';
import type { AudienceOwner } from './audience.js';
import { Guard } from './guard.js';
import { Line } from './line.js';
import type { LineOwner } from './line.js';
import { memberOf, ownMember } from './member.js';
import type { Member, WaitingPlace } from './member.js';
import { ThreadTable } from './thread-table.js';
import { TurnFuture } from './turn.js';
import type { Turn } from './turn.js';

/** What travels: plain data, for `postMessage` and `workerData`. */
export interface SharedHandle {
  /** Which class it is of. */
  readonly kind: string;
  readonly memory: SharedArrayBuffer;
  /** The table of threads in which those that share it are alive or dead. */
  readonly threads: SharedArrayBuffer;
}

// The first words of any memory; the class's own ones come after them.
const guard = 0;
const seenDeathCount = 1;
const objectId = 2;

/** Words that are not for the class. */
export const commonWordCount = 4;

/** The memory of a new object, and the thread that makes it. */
export interface Birth {
  readonly member: Member;
  readonly memory: SharedArrayBuffer;
}

/** The base of all that threads share. */
export abstract class SharedObject implements WaitingPlace {
  static {
    printsAsText(this);
  }

  /** What `from()` of the class takes. */
  protected abstract readonly kind: string;
  protected readonly words: Int32Array;
  protected readonly member: Member;
  readonly #memory: SharedArrayBuffer;
  readonly #guard: Guard;
  /** Waits of this thread that have begun and not ended. */
  readonly #turns = new Set<Turn>();
  /** Rows of threads that are to be rung for after the visit. */
  readonly #toRing: number[] = [];

  protected constructor({ member, memory }: Birth) {
    this.member = member;
    this.#memory = memory;
    this.words = new Int32Array(memory);
    this.#guard = new Guard(this.words, guard, member.table);
    member.remember(idOf(memory), this);
    wakeDormantClasses();
  }

  /**
   * What can be sent to another thread, in which `from(handle)` gives an object that shares with
   * this one. As an argument of a remote function the object itself can be given.
   */
  get handle(): SharedHandle {
    const threads = this.member.table.memory;
    return Object.freeze({ kind: this.kind, memory: this.#memory, threads });
  }

  /** Name and state. */
  abstract toString(): string;

  /** For the member: looks whether tasks of this thread may go on. */
  poll(): void {
    this.inside(() => undefined);
    // Their loop was closed, so they will not end by themselves.
    for (const turn of this.#turns) if (turn.isAbandoned) this.#end(turn, false);
  }

  /** A thread has died: strikes out what it had here. Called inside, at least once for each. */
  protected abstract clearDead(): void;

  /** Takes what was given to this thread, and lets on whoever may go on. Called inside. */
  protected abstract settle(): void;

  /** One visit: see above. Not to be nested. */
  protected inside<T>(change: () => T): T {
    const { member, words } = this;
    if (!member.isAlive) {
      throw new InvalidStateError(`This thread is ending, and has left ${this.toString()}`);
    }
    this.#guard.enter(member.life);
    try {
      const { deathCount } = member.table;
      if (words[seenDeathCount] !== deathCount) {
        this.clearDead();
        words[seenDeathCount] = deathCount;
      }
      const result = change();
      this.settle();
      return result;
    } finally {
      this.#guard.leave();
      for (const row of this.#toRing.splice(0)) member.ring(row);
    }
  }

  /** A line in this memory, from that word on. */
  protected line(start: number, canGrant: LineOwner['canGrant']): Line {
    const { table } = this.member;
    const isAlive = (life: number): boolean => table.isAlive(life);
    return new Line({ ...this.#owner(), isAlive, canGrant }, start);
  }

  /** An audience in this memory, from that word on. */
  protected audience<T extends Turn>(start: number): Audience<T> {
    return new Audience<T>(this.#owner(), start);
  }

  /** What a task of the running loop waits for here. */
  protected turnFuture(): Future<void> {
    return new TurnFuture(getRunningLoop(), this.constructor.name);
  }

  /**
   * Waits until the turn is taken.
   *
   * @param join - called inside: makes the turn known to all
   */
  protected *waitFor(turn: Turn, join: () => void): Coroutine<void> {
    this.#begin(turn, join);
    let isUsed = false;
    try {
      yield* turn.future as Future<void>;
      isUsed = true;
    } finally {
      this.#end(turn, isUsed);
    }
  }

  /** As `waitFor`, and blocks the thread; `false` when the time is over before. */
  protected blockFor(turn: Turn, join: () => void, timeoutMs: number): boolean {
    this.#begin(turn, join);
    let isUsed = false;
    try {
      isUsed = this.member.block(() => turn.state === 'taken', timeoutMs);
    } finally {
      this.#end(turn, isUsed);
    }
    return isUsed;
  }

  /** Takes back a turn that waits, or was taken and will not be used. Called inside. */
  protected abstract giveUp(turn: Turn): void;

  #begin(turn: Turn, join: () => void): void {
    this.member.beginWaiting(this);
    this.#turns.add(turn);
    try {
      this.inside(join);
    } catch (error) {
      this.#forget(turn);
      throw error;
    }
  }

  /** Every way out of a wait comes by here: what was taken and not used goes to the next. */
  #end(turn: Turn, isUsed: boolean): void {
    if (!this.#turns.has(turn)) return;
    this.#forget(turn);
    if (!isUsed && this.member.isAlive) this.inside(() => this.giveUp(turn));
  }

  #forget(turn: Turn): void {
    this.#turns.delete(turn);
    if (this.#turns.size === 0) this.member.endWaiting(this);
  }

  #owner(): AudienceOwner {
    const { member, words } = this;
    const { table, life, row } = member;
    return {
      words,
      life,
      row,
      rowCount: () => table.rowCount,
      ring: (other) => this.#toRing.push(other),
    };
  }
}

/** The memory of a new object of this thread. */
export function bear(wordCount: number, extraBytes = 0): Birth {
  const member = ownMember();
  const memory = new SharedArrayBuffer(wordCount * 4 + extraBytes);
  new Int32Array(memory)[objectId] = member.table.nextObjectId();
  return { member, memory };
}

/**
 * The object of a handle: the one that this thread has already, else a new one.
 *
 * @param member - for tests: who takes part. Default: this thread
 * @throws InvalidArgumentError when it is no handle, or one of another class
 */
export function fromHandle<T extends SharedObject>(
  kind: string,
  sharedClass: new (birth: Birth) => T,
  handle: SharedHandle,
  member: Member = memberOf(tableOf(kind, handle)),
): T {
  const { memory } = handle;
  return (member.known(idOf(memory)) as T | undefined) ?? new sharedClass({ member, memory });
}

function idOf(memory: SharedArrayBuffer): number {
  return new Int32Array(memory)[objectId] as number;
}

function tableOf(kind: string, handle: SharedHandle): ThreadTable {
  const isHandle =
    typeof handle === 'object' &&
    handle?.memory instanceof SharedArrayBuffer &&
    handle.threads instanceof SharedArrayBuffer;
  if (isHandle && handle.kind === kind) return new ThreadTable(handle.threads);
  const got = isHandle ? `that of a ${handle.kind}` : show(handle);
  throw new InvalidArgumentError(`${kind}.from() expects the handle of a ${kind}, got ${got}`);
}
