/**
 * Waiting for several things at once, results in the order of the arguments. After
 * `asyncio.gather`.
 */
import { CancelledError, InvalidArgumentError } from '../errors.js';
import { assertIterable } from '../loop/check-arguments.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Awaitable } from '../loop/coroutine.js';
import { getEventLoop } from '../loop/current-loop.js';
import { assertSameLoop, ensureFuture } from '../loop/ensure-future.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future, isFuture } from '../loop/future.js';
import { isDriven } from '../loop/task-work.js';
import type { FutureWatcher } from '../loop/waiter.js';
import { failureOf } from './failure.js';

/** Options of `gather`. */
export interface GatherOptions<ReturnExceptions extends boolean = boolean> {
  /** Put errors among the results instead of failing with the first. Default `false`. */
  readonly returnExceptions?: ReturnExceptions;
}

/** What waiting for an awaitable gives. */
export type AwaitedResult<A> =
  A extends Generator<infer _Yielded, infer T, infer _Sent> ? T : Awaited<A>;

/**
 * Runs awaitables side by side: futures, coroutine objects and promises. The same one given twice
 * runs once and fills both places. The first error is passed on at once while the others go on.
 * Cancelling the returned future cancels them all, and it ends once all have ended.
 *
 * @throws DifferentLoopError when futures of several loops are given; InvalidArgumentError when it
 *   is no iterable, or something that cannot be waited for is in it
 */
export function gather<const A extends readonly Awaitable<unknown>[]>(
  awaitables: A,
  options: GatherOptions<true>,
): Future<{ -readonly [K in keyof A]: AwaitedResult<A[K]> | Error }>;
export function gather<const A extends readonly Awaitable<unknown>[]>(
  awaitables: A,
  options?: GatherOptions<false>,
): Future<{ -readonly [K in keyof A]: AwaitedResult<A[K]> }>;
export function gather<T>(
  awaitables: Iterable<Awaitable<T>>,
  options: GatherOptions<true>,
): Future<(T | Error)[]>;
export function gather<T>(awaitables: Iterable<Awaitable<T>>, options?: GatherOptions): Future<T[]>;
export function gather<T>(
  awaitables: Iterable<Awaitable<T>>,
  { returnExceptions = false }: GatherOptions = {},
): Future<unknown[]> {
  const given = listOf(awaitables);
  const loop = loopOf(given);
  const outer = new GatherFuture(loop, childrenOf(given, loop), returnExceptions);
  outer.follow();
  return outer;
}

/** asyncio's `gather(a, b)` would leave `b` out without a word, and take `a` apart. */
function listOf<T>(awaitables: Iterable<Awaitable<T>>): Awaitable<T>[] {
  const expectation = 'gather() expects one iterable of awaitables';
  if (!isCoroutine(awaitables)) {
    assertIterable(awaitables, expectation);
    return [...awaitables];
  }
  const given: Awaitable<T>[] = [];
  // A generator may make the awaitables one by one; a coroutine shows by its first wait.
  for (const each of awaitables as Iterable<Awaitable<T> | null>) {
    if (each === null || (isFuture(each) && each.threadloopAwaited)) {
      throw new InvalidArgumentError(`${expectation}, not coroutine`);
    }
    given.push(each);
  }
  return given;
}

/** That of the first future, or the current one; asked before a coroutine is started. */
function loopOf(awaitables: readonly unknown[]): EventLoop {
  const [first] = awaitables;
  const loop = isFuture(first) ? first.getLoop() : getEventLoop();
  for (const awaitable of awaitables) if (isFuture(awaitable)) assertSameLoop(awaitable, loop);
  return loop;
}

/** The futures of what was given, one for each place: what is given twice fills two places. */
function childrenOf(given: readonly Awaitable<unknown>[], loop: EventLoop): Future<unknown>[] {
  const children: Future<unknown>[] = [];
  const others = new Map<Awaitable<unknown>, Future<unknown>>();
  for (const awaitable of given) {
    if (isCoroutine(awaitable)) {
      // One that no task drives yet has not come before, so that none has to be noted.
      const earlier = isDriven(awaitable) ? children[given.indexOf(awaitable)] : undefined;
      children.push(earlier ?? loop.createTask(awaitable));
    } else {
      const child = others.get(awaitable) ?? ensureFuture(awaitable, { loop });
      others.set(awaitable, child);
      children.push(child);
    }
  }
  return children;
}

class GatherFuture extends Future<unknown[]> implements FutureWatcher {
  readonly #children: readonly Future<unknown>[];
  readonly #returnExceptions: boolean;
  #unfinishedCount: number;
  #cancel: { readonly message: string | undefined } | null = null;

  constructor(loop: EventLoop, children: readonly Future<unknown>[], returnExceptions: boolean) {
    super({ loop });
    this.#children = children;
    this.#returnExceptions = returnExceptions;
    this.#unfinishedCount = children.length;
    if (children.length === 0) this.setResult([]);
  }

  /** Begins to wait. Eager tasks may be done already: then so is this, without a tick. */
  follow(): void {
    for (const child of this.#children) {
      if (child.done()) this.onDone(child);
      else child.addWaiter(this);
    }
  }

  override awaits(): readonly Future<unknown>[] {
    return this.#distinct().filter((child) => !child.done());
  }

  /** Passes the request on; `false` when all children are done. */
  override cancel(message?: string): boolean {
    if (this.done()) return false;
    const any = this.#distinct().filter((child) => child.cancel(message)).length > 0;
    if (any) this.#cancel = { message };
    return any;
  }

  /** A child has come to its end. */
  onDone(child: Future<unknown>): void {
    this.#unfinishedCount -= 1;
    // Marks the error as seen, too: those of siblings after the first are dropped on purpose.
    const failure = failureOf(child);
    if (this.done()) return;
    if (failure !== null && !this.#returnExceptions && this.#cancel === null) {
      this.setException(failure.reason);
    } else if (this.#unfinishedCount === 0) {
      if (this.#cancel !== null) this.setException(new CancelledError(this.#cancel.message));
      else this.setResult(this.#outcomes());
    }
  }

  #distinct(): Future<unknown>[] {
    return [...new Set(this.#children)];
  }

  #outcomes(): unknown[] {
    return this.#children.map((child) => {
      const failure = failureOf(child);
      return failure === null ? child.result() : failure.reason;
    });
  }
}
