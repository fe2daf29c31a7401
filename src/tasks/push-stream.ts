/**
 * What somebody pushes, read at the reader's own pace: events, and what other libraries emit.
 *
 * Belongs to the thread that made it. Who pushes cannot be slowed down, so items that nobody has
 * read yet are kept up to a bound, and one choice is left: to fail, or to drop some.
 *
 * | state  | moves to      | by                                                         |
 * |--------|---------------|------------------------------------------------------------|
 * | idle   | open          | the first `next()`; from the beginning for events          |
 * | open   | ending        | the source's end or error; a full buffer                   |
 * |        | over          | `return()`; a cancel while waiting                         |
 * | ending | over          | the reader has had what was kept, then the end or error    |
 */
import { InvalidArgumentError, QueueFullError, show } from '../errors.js';
import { getEventLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';

const policies = ['fail', 'drop-oldest', 'drop-newest'] as const;

/** What becomes of an item that comes when the buffer is full. */
export type WhenBufferFull = (typeof policies)[number];

/** Options of streams whose source pushes. */
export interface PushStreamOptions {
  /** Items that are kept until they are read, from 1 up; `Infinity` for all. Default 1024. */
  readonly maxBufferedCount?: number;
  /**
   * `fail`: the reader gets the items that are kept, then QueueFullError, and the source is left.
   * Or one item is lost: `drop-oldest`, `drop-newest`. Default `fail`.
   */
  readonly whenFull?: WhenBufferFull;
  /** Of the futures that `next()` returns. Default: `getEventLoop()`. */
  readonly loop?: EventLoop;
}

/** Where a source puts what it has. */
export interface Sink<T> {
  readonly push: (item: T) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** Begins to listen; returns how to stop. */
export type Listen<T> = (sink: Sink<T>) => () => void;

type Step<T> = IteratorResult<T, undefined>;

/** As far as a reader of another thread's stream may be behind: see `RemoteLoop.iterate`. */
const defaultMaxBufferedCount = 1_024;

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Items that are pushed, for one reader. */
export class PushStream<T> implements AsyncIterable<T>, AsyncDisposable {
  readonly #loop: EventLoop;
  readonly #maxBufferedCount: number;
  readonly #whenFull: WhenBufferFull;
  #state: 'idle' | 'open' | 'ending' | 'over' = 'idle';
  readonly #listen: Listen<T>;
  #stopListening: (() => void) | null = null;
  #items: T[] = [];
  #error: { readonly reason: unknown } | null = null;
  readonly #waiting: NextFuture<T>[] = [];

  /** For those who bring sources; listens from the first `next()` on, or from `open()`. */
  constructor(listen: Listen<T>, options: PushStreamOptions = {}) {
    const { maxBufferedCount = defaultMaxBufferedCount, whenFull = 'fail', loop } = options;
    if (!(maxBufferedCount >= 1)) {
      refuse('maxBufferedCount', maxBufferedCount, 'a number, 1 or more');
    }
    if (!policies.includes(whenFull)) {
      refuse('whenFull', whenFull, policies.map((each) => `'${each}'`).join(', '));
    }
    this.#loop = loop ?? getEventLoop();
    this.#maxBufferedCount = maxBufferedCount;
    this.#whenFull = whenFull;
    this.#listen = listen;
  }

  /** Begins to listen now. */
  open(): this {
    if (this.#state !== 'idle') return this;
    this.#state = 'open';
    const stop = this.#listen({
      push: (item) => this.#push(item),
      end: () => this.#finish(null),
      fail: (reason) => this.#finish({ reason }),
    });
    // A source may end while it is being opened.
    if (this.#isOpen()) this.#stopListening = stop;
    else stop();
    return this;
  }

  /** Waits for the next item, with `await` or `yield*`. A cancel of the wait ends the stream. */
  next(): Future<Step<T>> {
    this.open();
    const next = new NextFuture<T>(this.#loop, () => this.#leave());
    if (this.#items.length > 0) next.setResult({ done: false, value: this.#items.shift() as T });
    else if (this.#state === 'open') this.#waiting.push(next);
    else this.#conclude(next);
    return next;
  }

  /** Leaves the source. Items that were kept are dropped. */
  return(): Future<Step<T>> {
    this.#leave();
    const end = new NextFuture<T>(this.#loop, () => undefined);
    end.setResult(over);
    return end;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return { next: () => this.next(), return: () => this.return() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #isOpen(): boolean {
    return this.#state === 'open';
  }

  #push(item: T): void {
    if (this.#state !== 'open') return;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      reader.setResult({ done: false, value: item });
    } else if (this.#items.length < this.#maxBufferedCount) {
      this.#items.push(item);
    } else if (this.#whenFull === 'drop-oldest') {
      this.#items.shift();
      this.#items.push(item);
    } else if (this.#whenFull === 'fail') {
      const reason = new QueueFullError(
        `${this.#maxBufferedCount} items wait to be read already (option 'maxBufferedCount')`,
      );
      this.#finish({ reason });
    }
  }

  #finish(error: { readonly reason: unknown } | null): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#error = error;
    this.#stop();
    for (const reader of this.#waiting.splice(0)) this.#conclude(reader);
  }

  #leave(): void {
    this.#state = 'over';
    this.#items = [];
    this.#error = null;
    this.#stop();
    for (const reader of this.#waiting.splice(0)) if (!reader.done()) reader.setResult(over);
  }

  /** An error is told once; from then on the stream is at its end, as a generator is. */
  #conclude(reader: NextFuture<T>): void {
    const error = this.#error;
    this.#state = 'over';
    this.#error = null;
    if (error === null) reader.setResult(over);
    else reader.setException(error.reason);
  }

  #stop(): void {
    const stop = this.#stopListening;
    this.#stopListening = null;
    stop?.();
  }
}

/** A reader that waits; leaves the stream when it is cancelled. */
class NextFuture<T> extends Future<Step<T>> {
  readonly #onCancel: () => void;

  constructor(loop: EventLoop, onCancel: () => void) {
    super({ loop });
    this.#onCancel = onCancel;
  }

  override cancel(message?: string): boolean {
    const isCancelledNow = super.cancel(message);
    if (isCancelledNow) this.#onCancel();
    return isCancelledNow;
  }
}

/** @throws InvalidArgumentError, always */
function refuse(option: string, value: unknown, allowed: string): never {
  throw new InvalidArgumentError(`option '${option}' has to be ${allowed}, got ${show(value, -1)}`);
}
