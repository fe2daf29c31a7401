/**
 * A lock for the tasks of several threads: at most one of them all holds it at a time.
 *
 * In shared memory; any thread that has the object. Beside the common words (`shared-object.ts`):
 * whether it is broken, by whom, and a line. The row of a thread in that line says that it holds
 * the lock, so a holder's death is seen by everyone: the row of a dead thread that holds is what
 * breaks the lock. It is written down (`isBroken`) before the row is cleared.
 *
 * | lock is | what it means                                 | moves to                            |
 * |---------|-----------------------------------------------|-------------------------------------|
 * | whole   | tasks are let in, one after the other         | broken (a holder died)              |
 * | broken  | tasks are refused; `repair()` is let in       | whole (a repair ended well)         |
 */
import { BrokenLockError, DeadlockError, InvalidStateError, TimeoutError } from '../errors.js';
import type { Body } from '../loop/body.js';
import { callBody } from '../loop/body.js';
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

const isBroken = commonWordCount;
const brokenBy = commonWordCount + 1;
const lineStart = commonWordCount + 4;

/** How a shared lock stands. */
export interface SharedLockStats {
  readonly isLocked: boolean;
  /** Whether a thread died while it held the lock, and nobody has repaired it since. */
  readonly isBroken: boolean;
  /** Name of the thread that holds it, `null` for none. */
  readonly holder: string | null;
  /** Tasks of this thread that wait for it. */
  readonly waiterCount: number;
}

/**
 * Mutual exclusion between the tasks of all threads that have this lock. Not reentrant. It belongs
 * to the thread of the task that holds it: any task of that thread may release it, no other thread.
 *
 * Guaranteed: first come, first served, over all threads; no newcomer gets in front of a task that
 * waits; cancelling a task that was just let in lets in the next; a thread that dies while it
 * waits is passed over.
 *
 * A thread that dies while it **holds** the lock breaks it: whoever waits, and whoever comes, gets
 * `BrokenLockError` until one of them has repaired it.
 *
 * @example
 * const lock = new SharedLock();
 * await loop.runCoroutineThreadsafe(tasks.transfer, lock);
 *
 * // In both threads:
 * yield* lock.run(function* () {
 *   counter[0] += 1;
 * });
 */
export class SharedLock extends LinedObject {
  protected override readonly kind = 'SharedLock';

  /** @param birth - for `from()`. Default: a lock of its own, whole and free */
  constructor(birth: Birth = bear(lineStart + lineWordCount)) {
    super(birth, lineStart);
  }

  /**
   * The lock of a handle. In one thread it is always the same object.
   *
   * @param member - for tests: who takes part. Default: this thread
   * @throws InvalidArgumentError when it is no handle of a lock
   */
  static from(handle: SharedHandle, member?: Member): SharedLock {
    return fromHandle('SharedLock', SharedLock, handle, member);
  }

  /** Whether a thread holds it. A glance: it may be otherwise at once. */
  locked(): boolean {
    return this.queue.holder !== 0;
  }

  /** Whether a holder has died, and nobody has repaired it since. A glance. */
  get broken(): boolean {
    return Atomics.load(this.words, isBroken) === 1;
  }

  /**
   * Waits until the lock is free and this task is the first in line, then holds it. A cancel point
   * only when it has to wait.
   *
   * @returns the hold: dispose of it, or call `release()`
   * @throws BrokenLockError, also while it waits: the lock is not held then
   */
  acquire(): Operation<Hold> {
    return new Operation(() => this.#acquire());
  }

  /**
   * Holds the lock if that is possible at once.
   *
   * @returns the hold, or `null`
   * @throws BrokenLockError
   */
  tryAcquire(): Hold | null {
    if (!this.tryEnter()) {
      this.#assertWhole();
      return null;
    }
    return this.#entered();
  }

  /**
   * As `acquire()`, but **blocks** the thread: for threads in which no loop runs, and synchronous
   * code that cannot wait otherwise.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError; BrokenLockError; DeadlockError when it would never return, since a task
   *   of this thread holds the lock or waits for it already
   */
  acquireSync(timeoutMs: number = Infinity): Hold {
    checkTimeout(timeoutMs);
    this.#assertWhole();
    if (!this.tryEnter()) this.#block(timeoutMs);
    return this.#entered();
  }

  /**
   * Unlocks, and lets in the task that has waited longest.
   *
   * @throws InvalidStateError when this thread does not hold it
   */
  release(): void {
    this.inside(() => {
      if (this.queue.ownHeldCount === 0) throw this.#notHeld();
      this.queue.giveBack(0);
    });
  }

  /**
   * Holds the lock while `body` runs in the calling task, and releases it however that ends.
   *
   * @param body - a generator function or an async function; gets the lock
   * @returns what the body returns
   * @throws BrokenLockError
   */
  run<T>(body: Body<this, T>): Operation<T> {
    return runHolding(this, body);
  }

  /**
   * Mends a broken lock: waits for its turn, and runs `body` while it holds the lock; `body` puts
   * in order what the lock guards. When it ends well the lock is whole. When it throws, or its
   * thread dies too, the lock stays broken, and the next repair is let in.
   *
   * Every thread that got a `BrokenLockError` may call it: the first one repairs, and for the
   * others, who waited meanwhile, nothing is left to do.
   *
   * @returns whether `body` was run; `false` when the lock was whole
   */
  repair(body: Body<this, unknown>): Operation<boolean> {
    return new Operation(() => this.#repair(body));
  }

  /** A frozen record. */
  stats(): SharedLockStats {
    const { holder, ownCount } = this.queue;
    return Object.freeze({
      isLocked: holder !== 0,
      isBroken: this.broken,
      holder: holder === 0 ? null : this.member.table.nameOf(holder),
      waiterCount: ownCount,
    });
  }

  override toString(): string {
    const { isLocked, holder } = this.stats();
    const state = isLocked ? `locked by '${holder}'` : 'unlocked';
    return `<SharedLock [${state}${this.broken ? ', broken' : ''}]>`;
  }

  protected override canGrant(heldCount: number): boolean {
    return heldCount === 0;
  }

  protected override clearDead(): void {
    this.queue.clearDead((life, heldCount) => {
      if (heldCount === 0) return;
      Atomics.store(this.words, brokenBy, life);
      Atomics.store(this.words, isBroken, 1);
    });
  }

  *#acquire(): Coroutine<Hold> {
    this.#assertWhole();
    if (!this.tryEnter()) yield* this.waitInLine();
    return this.#entered();
  }

  /** Those who waited when it broke are let in one by one, each to be refused here. */
  #entered(): Hold {
    if (this.broken) {
      this.release();
      this.#assertWhole();
    }
    return new Hold(this);
  }

  *#repair(body: Body<this, unknown>): Coroutine<boolean> {
    if (!this.tryEnter()) yield* this.waitInLine();
    try {
      if (!this.broken) return false;
      yield* callBody(body, this);
      Atomics.store(this.words, isBroken, 0);
      return true;
    } finally {
      if (this.member.isAlive) this.release();
    }
  }

  #block(timeoutMs: number): void {
    const { ownHeldCount, ownCount } = this.queue;
    if (ownHeldCount > 0 || ownCount > 0) {
      const who = ownHeldCount > 0 ? 'holds' : 'waits for';
      throw new DeadlockError(
        `acquireSync() would never return: a task of this thread ${who} ${this.toString()}, and ` +
          'cannot go on while the thread is blocked. Wait with acquire()',
      );
    }
    if (this.blockInLine(timeoutMs)) return;
    throw new TimeoutError(`${this.toString()} was not free within ${timeoutMs} ms`);
  }

  #assertWhole(): void {
    if (!this.broken) return;
    const dead = this.member.table.nameOf(Atomics.load(this.words, brokenBy));
    throw new BrokenLockError(
      `Thread '${dead}' died while it held this lock: what the lock guards may be half changed. ` +
        'Put it in order in lock.repair(body), and try again',
    );
  }

  #notHeld(): InvalidStateError {
    const { holder } = this.stats();
    const by = holder === null ? 'nobody' : `thread '${holder}'`;
    return new InvalidStateError(`Lock is not acquired by this thread; it is held by ${by}.`);
  }
}
