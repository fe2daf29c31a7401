/**
 * A barrier: tasks of several threads wait for each other, and go on together.
 *
 * In shared memory; any thread that has the object. Beside the common words (`shared-object.ts`):
 * the number of the round, whether the barrier is broken, and a row for each thread: how many of
 * its tasks have come in which round, and, once the round is full, the number of the first of them.
 *
 * The last to come writes those numbers and then the next round's; that last write lets all go. A
 * round that ends by `reset()` leaves no numbers, by which its tasks know. A dead thread's row
 * breaks the barrier before it is cleared, whatever the thread was about.
 */
import { BrokenBarrierError, InvalidArgumentError, show, TimeoutError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { audienceWordCount } from './audience.js';
import type { Audience } from './audience.js';
import { checkTimeout } from './check-timeout.js';
import type { Member } from './member.js';
import { bear, commonWordCount, fromHandle, SharedObject } from './shared-object.js';
import type { Birth, SharedHandle } from './shared-object.js';
import { maxThreadCount } from './thread-table.js';
import { Turn } from './turn.js';

const partyCount = commonWordCount;
const round = commonWordCount + 1;
const isBroken = commonWordCount + 2;
const brokenBy = commonWordCount + 3;
const audienceStart = commonWordCount + 4;
const rowStart = audienceStart + audienceWordCount;

// Words of a row.
const life = 0;
const rowRound = 1;
const count = 2;
const firstIndex = 3;
const rowWords = 4;

const noIndex = -1;

/** How a shared barrier stands. */
export interface SharedBarrierStats {
  readonly parties: number;
  /** Tasks of all threads that wait for the others. */
  readonly nWaiting: number;
  readonly isBroken: boolean;
}

/**
 * Lets tasks of all threads that have this barrier on in groups of `parties`, again and again.
 *
 * Guaranteed: a task that is cancelled while it waits leaves room for another, and does not break
 * the barrier. A thread that has ever waited here, since the last `reset()`, is one of its parties:
 * when it ends, the barrier breaks, since the others would wait for it in vain.
 */
export class SharedBarrier extends SharedObject {
  protected override readonly kind = 'SharedBarrier';
  readonly #audience: Audience<BarrierTurn>;

  /**
   * @param parties - how many tasks go on together: a whole number from 1 up
   * @throws InvalidArgumentError when it is anything else
   */
  constructor(parties: number | Birth) {
    super(typeof parties === 'object' ? parties : bearFor(parties));
    this.#audience = this.audience(audienceStart);
  }

  /**
   * The barrier of a handle. In one thread it is always the same object.
   *
   * @param member - for tests: who takes part. Default: this thread
   * @throws InvalidArgumentError when it is no handle of a barrier
   */
  static from(handle: SharedHandle, member?: Member): SharedBarrier {
    return fromHandle('SharedBarrier', SharedBarrier, handle, member);
  }

  /** How many tasks go on together. */
  get parties(): number {
    return this.words[partyCount] as number;
  }

  /** How many tasks wait for the others, in all threads. A glance: others may come at once. */
  get nWaiting(): number {
    if (this.broken) return 0;
    const now = this.#round;
    let sum = 0;
    for (const row of this.#rows()) {
      if (this.#get(row, rowRound) === now) sum += this.#get(row, count);
    }
    return sum;
  }

  /** Whether it was aborted, or a party has died. */
  get broken(): boolean {
    return Atomics.load(this.words, isBroken) === 1;
  }

  /**
   * Waits until `parties` tasks have come. A cancel point, but for the task that comes last.
   *
   * @returns a number from 0 up to, not including, `parties`, for each task of the group another;
   *   within a thread in the order in which they came
   * @throws BrokenBarrierError when the barrier is aborted, a party dies, or it is reset while this
   *   task waits
   */
  wait(): Operation<number> {
    return new Operation(() => this.#wait());
  }

  /**
   * As `wait()`, but **blocks** the thread.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError: this task leaves room for another; what `wait()` throws
   */
  waitSync(timeoutMs: number = Infinity): number {
    checkTimeout(timeoutMs);
    const index = this.inside(() => this.#completeRound());
    if (index !== noIndex) return index;
    const turn = new BarrierTurn(null);
    if (this.blockFor(turn, () => this.#join(turn), timeoutMs)) return this.#passed(turn);
    throw new TimeoutError(`${this.toString()} was not full within ${timeoutMs} ms`);
  }

  /**
   * Empties the barrier: tasks that wait get a BrokenBarrierError. Mends one that is broken. The
   * threads that have waited here so far are no parties any more.
   */
  reset(): void {
    this.inside(() => {
      Atomics.add(this.words, round, 1);
      Atomics.store(this.words, isBroken, 0);
      for (const row of this.#rows()) this.#set(row, life, 0);
      this.#audience.call();
    });
  }

  /** Breaks the barrier, for those who wait and all that come, until `reset()`. */
  abort(): void {
    this.inside(() => this.#break(0));
  }

  /** A frozen record. */
  stats(): SharedBarrierStats {
    const { parties, nWaiting, broken } = this;
    return Object.freeze({ parties, nWaiting, isBroken: broken });
  }

  override toString(): string {
    const state = this.broken ? 'broken' : `filling, waiters:${this.nWaiting}/${this.parties}`;
    return `<SharedBarrier [${state}]>`;
  }

  protected override clearDead(): void {
    const { table } = this.member;
    for (const row of this.#rows()) {
      const number = this.#get(row, life);
      if (table.isAlive(number)) continue;
      this.#break(number);
      this.#set(row, life, 0);
    }
  }

  protected override settle(): void {
    const now = this.#round;
    const first = this.#get(this.member.row, firstIndex);
    let passedCount = 0;
    this.#audience.settle((turn) => {
      if (turn.round === now) return this.broken;
      if (first !== noIndex) turn.index = first + passedCount;
      passedCount += 1;
      return true;
    });
  }

  /** A task that has passed, and is cancelled on its way, has passed. */
  protected override giveUp(turn: BarrierTurn): void {
    if (turn.state !== 'waiting') return;
    const { row } = this.member;
    this.#set(row, count, this.#get(row, count) - 1);
    this.#audience.leave(turn);
  }

  get #round(): number {
    return Atomics.load(this.words, round);
  }

  *#wait(): Coroutine<number> {
    const index = this.inside(() => this.#completeRound());
    if (index !== noIndex) return index;
    const turn = new BarrierTurn(this.turnFuture());
    yield* this.waitFor(turn, () => this.#join(turn));
    return this.#passed(turn);
  }

  #passed(turn: BarrierTurn): number {
    if (turn.index !== noIndex) return turn.index;
    this.#assertWhole();
    throw new BrokenBarrierError('Reset of barrier');
  }

  /** Lets all go if this task is the last one; then gives its number. */
  #completeRound(): number {
    this.#assertWhole();
    if (this.nWaiting + 1 < this.parties) return noIndex;
    const { row } = this.member;
    this.#arrive();
    this.#letGo();
    return this.#get(row, firstIndex) + this.#get(row, count) - 1;
  }

  #join(turn: BarrierTurn): void {
    this.#assertWhole();
    turn.round = this.#round;
    this.#arrive();
    this.#audience.join(turn);
    if (this.nWaiting === this.parties) this.#letGo();
  }

  /** Counts one more task of this thread. The life is written last. */
  #arrive(): void {
    const { row, life: own } = this.member;
    const now = this.#round;
    const isOpen = this.#get(row, life) === own && this.#get(row, rowRound) === now;
    const before = isOpen ? this.#get(row, count) : 0;
    this.#set(row, firstIndex, noIndex);
    this.#set(row, count, before + 1);
    this.#set(row, rowRound, now);
    this.#set(row, life, own);
  }

  #letGo(): void {
    let index = 0;
    for (const row of this.#rows()) {
      if (this.#get(row, rowRound) !== this.#round) continue;
      this.#set(row, firstIndex, index);
      index += this.#get(row, count);
    }
    Atomics.add(this.words, round, 1);
    this.#audience.call();
  }

  #break(by: number): void {
    for (const row of this.#rows()) {
      if (this.#get(row, rowRound) === this.#round) this.#set(row, firstIndex, noIndex);
    }
    Atomics.store(this.words, brokenBy, by);
    Atomics.store(this.words, isBroken, 1);
    this.#audience.call();
  }

  #assertWhole(): void {
    if (!this.broken) return;
    const by = Atomics.load(this.words, brokenBy);
    if (by === 0) throw new BrokenBarrierError('Barrier aborted');
    throw new BrokenBarrierError(
      `Barrier broken: thread '${this.member.table.nameOf(by)}', which has waited here, died. ` +
        'Call reset() once the threads that are left, or new ones, may begin again',
    );
  }

  /** The rows of threads that have waited here. */
  *#rows(): Iterable<number> {
    for (let row = 0; row < this.member.table.rowCount; row += 1) {
      if (this.#get(row, life) !== 0) yield row;
    }
  }

  #get(row: number, word: number): number {
    return Atomics.load(this.words, rowStart + rowWords * row + word);
  }

  #set(row: number, word: number, value: number): void {
    Atomics.store(this.words, rowStart + rowWords * row + word, value);
  }
}

/** Waits for the end of the round in which it came. */
class BarrierTurn extends Turn {
  round = 0;
  index: number = noIndex;

  constructor(future: Turn['future']) {
    super(0, future);
  }
}

function bearFor(parties: number): Birth {
  if (!Number.isInteger(parties) || parties < 1) {
    throw new InvalidArgumentError(`parties must be a whole number, 1 or more: ${show(parties)}`);
  }
  const birth = bear(rowStart + rowWords * maxThreadCount);
  new Int32Array(birth.memory)[partyCount] = parties;
  return birth;
}
