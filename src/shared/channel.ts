/**
 * A channel between threads: any task of any thread sends, any task of any thread receives.
 *
 * Any thread that has the object. The face of `byte-channel.ts`: here are the values, and the ways
 * to wait for them. After Go's channels, and Trio's for their ends.
 */
import {
  ChannelClosedError,
  InvalidArgumentError,
  QueueEmptyError,
  QueueFullError,
  show,
  TimeoutError,
} from '../errors.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Operation } from '../loop/operation.js';
import { bearChannel, ByteChannel } from './byte-channel.js';
import { fromBytes, toBytes } from './channel-value.js';
import { checkTimeout } from './check-timeout.js';
import type { Line } from './line.js';
import type { Member } from './member.js';
import { fromHandle } from './shared-object.js';
import type { Birth, SharedHandle } from './shared-object.js';

/** Values that a channel holds where nothing else is said. A guess, safe to change. */
const defaultCapacity = 64;

/** The directory of more would take 8 MB. */
const maxCapacity = 2 ** 20;

/** A guess, safe to change. The system gives memory only as it is used. */
const defaultByteCapacity = 2 ** 20;
const maxByteCapacity = 2 ** 30;

/** Options of `new Channel()`. */
export interface ChannelOptions {
  /** How many values it holds before senders wait: 1 to 1 048 576. Default 64. */
  readonly capacity?: number;
  /**
   * How many bytes its values take at most, in the format of `node:v8`: up to 1 GiB, rounded up to
   * a power of two. No single value can be larger. Default 1 MiB.
   */
  readonly byteCapacity?: number;
}

/** How a channel stands. */
export interface ChannelStats {
  /** Values in it. */
  readonly itemCount: number;
  /** Bytes of these. */
  readonly byteCount: number;
  readonly isClosed: boolean;
  /** Names of the living threads that send. */
  readonly senders: readonly string[];
  /** Names of the living threads that receive. */
  readonly receivers: readonly string[];
  /** Tasks of this thread that wait for room. */
  readonly senderCount: number;
  /** Tasks of this thread that wait for a value. */
  readonly receiverCount: number;
}

/**
 * A bounded queue between the tasks of all threads that have it. Values are copied, by structured
 * clone: no functions, no transfer, no shared memory in them.
 *
 * Guaranteed: values come in the order in which they were sent, each to one task; tasks that wait
 * are served in the order in which they came, over all threads, but a thread that has not come yet
 * for what it was given is passed over meanwhile. Values outlive the thread that sent them.
 *
 * **Ends.** A thread is a sender from its first `send` on, and a receiver from its first `receive`,
 * until it ends or calls `detach`; `attach` makes it one earlier. With the last sender the channel
 * is closed, and so it is with the last receiver, since senders would wait in vain. Or call
 * `close()`.
 *
 * Also an async iterable for async functions, and has `forEach` for coroutines: both end when the
 * channel is closed and empty.
 *
 * @example
 * const lines = new Channel<string>({ capacity: 1000 });
 * coordinator.loop('loop-1').callSoonThreadsafe(tasks.readInto, lines, 'access.log');
 * for await (const line of lines) count(line);
 */
export class Channel<T> extends ByteChannel implements AsyncIterable<T> {
  protected override readonly kind = 'Channel';
  /** @throws InvalidArgumentError for an option out of range */
  constructor(options: ChannelOptions | Birth = {}) {
    super('memory' in options ? options : bearWith(options));
  }

  /**
   * The channel of a handle. In one thread it is always the same object.
   *
   * @param member - for tests: who takes part. Default: this thread
   * @throws InvalidArgumentError when it is no handle of a channel
   */
  static from<T>(handle: SharedHandle, member?: Member): Channel<T> {
    return fromHandle<Channel<T>>('Channel', Channel, handle, member);
  }

  /** How many values it holds at most. */
  get capacity(): number {
    return this.ring.capacity;
  }

  /** How many values are in it. A glance: it may be otherwise at once. */
  get length(): number {
    return this.ring.length;
  }

  /**
   * Sends a copy of a value, waiting for room first. A cancel point only when it has to wait; a
   * cancelled `send` has sent nothing. The copy is made at the call's begin.
   *
   * @throws ChannelClosedError, also when that comes while it waits; NotCloneableError;
   *   InvalidArgumentError when the value is larger than `byteCapacity`
   */
  send(value: T): Operation<void> {
    return new Operation(() => this.#send(value));
  }

  /**
   * Sends at once.
   *
   * @throws QueueFullError when there is no room, or others wait for it; what `send` throws
   */
  trySend(value: T): void {
    if (!this.putNow(this.#encode(value))) throw new QueueFullError('Channel is full');
  }

  /**
   * As `send()`, but **blocks** the thread.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError; what `send` throws
   */
  sendSync(value: T, timeoutMs: number = Infinity): void {
    checkTimeout(timeoutMs);
    const bytes = this.#encode(value);
    if (this.putNow(bytes) || this.putSync(bytes, timeoutMs)) return;
    throw new TimeoutError(`${this.toString()} had no room within ${timeoutMs} ms`);
  }

  /**
   * Takes the oldest value out, waiting for one first. A cancel point only when it has to wait; a
   * cancelled `receive` has taken nothing.
   *
   * @throws ChannelClosedError when it is closed and empty, also while it waits
   */
  receive(): Operation<T> {
    return new Operation(() => this.#receive());
  }

  /**
   * Takes the oldest value out at once.
   *
   * @throws QueueEmptyError when there is none, or others wait for it; ChannelClosedError
   */
  tryReceive(): T {
    const bytes = this.takeNow();
    if (bytes === null) throw new QueueEmptyError('Channel is empty');
    return fromBytes(bytes) as T;
  }

  /**
   * As `receive()`, but **blocks** the thread.
   *
   * @param timeoutMs - milliseconds. Default: no limit
   * @throws TimeoutError; ChannelClosedError
   */
  receiveSync(timeoutMs: number = Infinity): T {
    checkTimeout(timeoutMs);
    const bytes = this.takeNow() ?? this.takeSync(timeoutMs);
    if (bytes !== null) return fromBytes(bytes) as T;
    throw new TimeoutError(`${this.toString()} was empty for ${timeoutMs} ms`);
  }

  /**
   * Receives until the channel is closed and empty, and runs `body` with each value in the calling
   * task. For coroutines, in which `for await` cannot be.
   *
   * @param body - a generator function or a plain one
   */
  forEach(body: (value: T) => Coroutine<unknown> | void): Operation<void> {
    return new Operation(() => this.#forEach(body));
  }

  /** Receives until the channel is closed and empty. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        try {
          return { done: false, value: await this.receive() };
        } catch (error) {
          if (error instanceof ChannelClosedError) return { done: true, value: undefined };
          throw error;
        }
      },
    };
  }

  /** A frozen record. */
  stats(): ChannelStats {
    const namesOf = (line: Line): string[] =>
      line.marked().map((life) => this.member.table.nameOf(life));
    return Object.freeze({
      itemCount: this.ring.length,
      byteCount: this.ring.byteLength,
      isClosed: this.closed,
      senders: Object.freeze(namesOf(this.senders)),
      receivers: Object.freeze(namesOf(this.receivers)),
      senderCount: this.senders.ownCount,
      receiverCount: this.receivers.ownCount,
    });
  }

  override toString(): string {
    return `<Channel [${this.closed ? 'closed' : 'open'}, values:${this.length}/${this.capacity}]>`;
  }

  #encode(value: T): Uint8Array {
    return toBytes(value, this.ring.byteCapacity);
  }

  *#send(value: T): Coroutine<void> {
    const bytes = this.#encode(value);
    if (!this.putNow(bytes)) yield* this.putLater(bytes);
  }

  *#receive(): Coroutine<T> {
    return fromBytes(this.takeNow() ?? (yield* this.takeLater())) as T;
  }

  *#forEach(body: (value: T) => Coroutine<unknown> | void): Coroutine<void> {
    for (;;) {
      let value: T;
      try {
        value = yield* this.#receive();
      } catch (error) {
        if (error instanceof ChannelClosedError) return;
        throw error;
      }
      const returned = body(value);
      if (isCoroutine(returned)) yield* returned;
    }
  }
}

function bearWith(options: ChannelOptions): Birth {
  const { capacity = defaultCapacity, byteCapacity = defaultByteCapacity } = options;
  checkSize('capacity', capacity, maxCapacity);
  checkSize('byteCapacity', byteCapacity, maxByteCapacity);
  return bearChannel({ capacity, byteCapacity: 2 ** Math.ceil(Math.log2(byteCapacity)) });
}

function checkSize(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  const range = `a whole number from 1 to ${max}`;
  throw new InvalidArgumentError(`${name} must be ${range}, got ${show(value)}`);
}
