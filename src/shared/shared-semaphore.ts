/**
 * A counting semaphore for the tasks of several threads.
 *
 * In shared memory; any thread that has the object. Beside the common words (`shared-object.ts`):
 * how many permits there are, and a line whose rows say how many of them each thread holds. Which
 * are free is not written down: those that the living do not hold. So a dead thread's permits
 * return by themselves.
 */
import { InvalidArgumentError, show, TimeoutError } from '../errors.js';
import type { Body } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { runHolding } from '../loop/holding.js';
import { Operation } from '../loop/operation.js';
import { Hold } from '../sync/hold.js';
import { checkTimeout } from './check-timeout.js';
import { lineWordCount } from './line.js';
import { LinedObject } from './lined-object.js';
import type { Member } from './member.js';
import { bear, commonWordCount, fromHandle } from './shared-object.js';
import type { Birth, SharedHandle } from './shared-object.js';

const permitCount = commonWordCount;
const lineStart = commonWordCount + 4;

/** Permits are counted in 32 bits; a tenth leaves room for those that are added. */
const maxPermitCount = 200_000_000;

/** How a shared semaphore stands. */
export interface SharedSemaphoreStats {
  /** Permits that are free. */
  readonly value: number;
  /** Permits that there are, free or not. */
  readonly permitCount: number;
  /** Tasks of this thread that wait for a permit. */
  readonly waiterCount: number;
}

/**
 * A number of permits for the tasks of all threads that have this semaphore. A permit belongs to
 * the thread that took it. `release()` in a thread that holds none adds one.
 *
 * Guaranteed: no more permits are out than there are; first come, first served, over all threads,
 * but a thread that has not come yet for the permit that it was given is passed over meanwhile; no
 * permit is lost when a task is cancelled; those of a thread that dies are free again.
 */
export class SharedSemaphore extends LinedObject {
  protected override readonly kind = 'SharedSemaphore';

  /**
   * @param value - how many permits there are at first: a whole number from 0 up. Default 1
   * @throws InvalidArgumentError when it is anything else
   */
  constructor(value: number | Birth = 1) {
    super(typeof value === 'object' ? value : bearWith(value), lineStart);
  }

  /**
   * The semaphore of a handle. In one thread it is always the same object.
   *
   * @param member - for tests: who takes part. Default: this thread
   * @throws InvalidArgumentError when it is no handle of a semaphore
   */
  static from(handle: SharedHandle, member?: Member): SharedSemaphore {
    return fromHandle('SharedSemaphore', SharedSemaphore, handle, member);
  }

  /** Whether no permit is free. A glance: it may be otherwise at once. */
  locked(): boolean {
    return this.#freeCount() <= 0;
  }

  /**
   * Takes a permit; waits until one is free and this task is the first in line. A cancel point only
   * when it has to wait.
   *
   * @returns the hold: dispose of it, or call `release()`
   */
  acquire(): Operation<Hold> {
    return new Operation(() => this.#acquire());
  }

  /** Takes a permit if that is possible at once; else gives `null`. */
  tryAcquire(): Hold | null {
    return this.tryEnter() ? new Hold(this) : null;
  }

  /**
   * As `acquire()`, but **blocks** the thread.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError
   */
  acquireSync(timeoutMs: number = Infinity): Hold {
    checkTimeout(timeoutMs);
    const hold = this.tryAcquire();
    if (hold !== null) return hold;
    if (this.blockInLine(timeoutMs)) return new Hold(this);
    throw new TimeoutError(`${this.toString()} had no permit within ${timeoutMs} ms`);
  }

  /** Gives a permit of this thread back, or adds one where it holds none. */
  release(): void {
    this.inside(() => {
      if (this.queue.ownHeldCount > 0) this.queue.giveBack(0);
      else Atomics.add(this.words, permitCount, 1);
    });
  }

  /**
   * Holds a permit while `body` runs in the calling task, and releases it however that ends.
   *
   * @param body - a generator function or an async function; gets the semaphore
   * @returns what the body returns
   */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /** A frozen record. */
  stats(): SharedSemaphoreStats {
    return Object.freeze({
      value: this.#freeCount(),
      permitCount: this.#permitCount(),
      waiterCount: this.queue.ownCount,
    });
  }

  override toString(): string {
    const free = this.#freeCount();
    return `<SharedSemaphore [${free > 0 ? `unlocked, value:${free}` : 'locked'}]>`;
  }

  protected override canGrant(heldCount: number): boolean {
    return this.#permitCount() > heldCount;
  }

  protected override clearDead(): void {
    this.queue.clearDead(() => undefined);
  }

  *#acquire(): Coroutine<Hold> {
    const hold = this.tryAcquire();
    if (hold !== null) return hold;
    yield* this.waitInLine();
    return new Hold(this);
  }

  #permitCount(): number {
    return Atomics.load(this.words, permitCount);
  }

  #freeCount(): number {
    return this.#permitCount() - this.queue.held().count;
  }
}

function bearWith(value: number): Birth {
  if (!Number.isInteger(value) || value < 0 || value > maxPermitCount) {
    const range = `a whole number from 0 to ${maxPermitCount}`;
    throw new InvalidArgumentError(
      `SharedSemaphore initial value must be ${range}, got ${show(value)}`,
    );
  }
  const birth = bear(lineStart + lineWordCount);
  new Int32Array(birth.memory)[permitCount] = value;
  return birth;
}
