/**
 * A flag that tasks of several threads wait for.
 *
 * In shared memory; any thread that has the object. Beside the common words (`shared-object.ts`):
 * the flag, and how often it was set. A task goes on when the flag is set, or when the count is
 * another one than at the time when it came; so `set()` reaches all who wait, even if `clear()`
 * follows before they have looked. The count is written first: a thread that dies between the two
 * writes leaves what `set()` and `clear()` would.
 */
import { TimeoutError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { audienceWordCount } from './audience.js';
import type { Audience } from './audience.js';
import { checkTimeout } from './check-timeout.js';
import type { Member } from './member.js';
import { bear, commonWordCount, fromHandle, SharedObject } from './shared-object.js';
import type { Birth, SharedHandle } from './shared-object.js';
import { Turn } from './turn.js';

const isSet = commonWordCount;
const setCount = commonWordCount + 1;
const audienceStart = commonWordCount + 4;

/** How a shared event stands. */
export interface SharedEventStats {
  readonly isSet: boolean;
  /** Tasks of this thread that wait for it. */
  readonly waiterCount: number;
}

/**
 * A flag, at first not set.
 *
 * Guaranteed: `set()` wakes every task of every thread that waits at that moment, even if `clear()`
 * follows at once. What a thread wrote to shared memory before `set()`, those that it wakes see.
 */
export class SharedEvent extends SharedObject {
  protected override readonly kind = 'SharedEvent';
  readonly #audience: Audience<EventTurn>;

  /** @param birth - for `from()`. Default: an event of its own, not set */
  constructor(birth: Birth = bear(audienceStart + audienceWordCount)) {
    super(birth);
    this.#audience = this.audience(audienceStart);
  }

  /**
   * The event of a handle. In one thread it is always the same object.
   *
   * @param member - for tests: who takes part. Default: this thread
   * @throws InvalidArgumentError when it is no handle of an event
   */
  static from(handle: SharedHandle, member?: Member): SharedEvent {
    return fromHandle('SharedEvent', SharedEvent, handle, member);
  }

  /** Whether the flag is set. */
  isSet(): boolean {
    return Atomics.load(this.words, isSet) === 1;
  }

  /** Sets the flag and wakes all that wait for it. */
  set(): void {
    this.inside(() => {
      Atomics.add(this.words, setCount, 1);
      Atomics.store(this.words, isSet, 1);
      this.#audience.call();
    });
  }

  /** Takes the flag back: who comes from now on waits. */
  clear(): void {
    this.inside(() => Atomics.store(this.words, isSet, 0));
  }

  /**
   * Waits until the flag is set; goes on at once when it is. A cancel point only when it has to
   * wait.
   */
  wait(): Operation<true> {
    return new Operation(() => this.#wait());
  }

  /**
   * As `wait()`, but **blocks** the thread.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError
   */
  waitSync(timeoutMs: number = Infinity): true {
    checkTimeout(timeoutMs);
    const turn = new EventTurn(null);
    if (this.isSet() || this.blockFor(turn, () => this.#join(turn), timeoutMs)) return true;
    throw new TimeoutError(`${this.toString()} was not set within ${timeoutMs} ms`);
  }

  /** A frozen record. */
  stats(): SharedEventStats {
    return Object.freeze({ isSet: this.isSet(), waiterCount: this.#audience.ownCount });
  }

  override toString(): string {
    return `<SharedEvent [${this.isSet() ? 'set' : 'unset'}]>`;
  }

  /** Nobody holds anything here. */
  protected override clearDead(): void {}

  protected override settle(): void {
    const count = Atomics.load(this.words, setCount);
    const flag = this.isSet();
    this.#audience.settle((turn) => flag || turn.setCount !== count);
  }

  protected override giveUp(turn: EventTurn): void {
    this.#audience.leave(turn);
  }

  *#wait(): Coroutine<true> {
    if (this.isSet()) return true;
    const turn = new EventTurn(this.turnFuture());
    yield* this.waitFor(turn, () => this.#join(turn));
    return true;
  }

  #join(turn: EventTurn): void {
    turn.setCount = Atomics.load(this.words, setCount);
    this.#audience.join(turn);
  }
}

/** Waits for the flag, or for any `set()` after it came. */
class EventTurn extends Turn {
  setCount = 0;

  constructor(future: Turn['future']) {
    super(0, future);
  }
}
