/**
 * Channels between the tasks of one thread: values in order, with back pressure. After Trio's
 * `open_memory_channel`.
 *
 * Each end can be cloned, and the channel knows how many are open: when the last sender is closed
 * receivers come to the end, when the last receiver is closed senders hear of it.
 */
import { ClosedResourceError, InvalidArgumentError, show } from '../errors.js';
import { Operation } from '../loop/operation.js';
import { ChannelState } from './channel-state.js';
import type { ChannelStatistics } from './channel-state.js';

/** The end of a channel into which values go. */
export class MemorySendChannel<T> implements Disposable {
  readonly #state: ChannelState<T>;
  #isClosed = false;

  /** For `openMemoryChannel`. */
  constructor(state: ChannelState<T>) {
    this.#state = state;
    state.openSendChannels += 1;
  }

  /**
   * Gives a value to a receiver that waits, or puts it into the buffer.
   *
   * @throws WouldBlockError when there is no room; ClosedResourceError when this end is closed;
   *   BrokenResourceError when no receiver is open
   */
  sendNowait(value: T): void {
    this.#refuseClosed();
    this.#state.sendNowait(value);
  }

  /**
   * Waits until there is room. A checkpoint; when it is cancelled, nothing was sent.
   *
   * @throws ClosedResourceError when this end is closed, also meanwhile; BrokenResourceError when
   *   no receiver is open, or none is left
   */
  send(value: T): Operation<void> {
    return new Operation(() => this.#state.send(this, value, () => this.#refuseClosed()));
  }

  /**
   * Another end of the same channel, to be closed on its own.
   *
   * @throws ClosedResourceError
   */
  clone(): MemorySendChannel<T> {
    this.#refuseClosed();
    return new MemorySendChannel(this.#state);
  }

  /** Closes this end; the channel ends with the last one. Tasks that send here fail. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#state.closeSender(this);
  }

  /** `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** A frozen record of the whole channel. */
  statistics(): ChannelStatistics {
    return this.#state.statistics();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new ClosedResourceError('this send channel is closed');
  }
}

/** The end of a channel from which values come. Each goes to one receiver. */
export class MemoryReceiveChannel<T> implements Disposable {
  readonly #state: ChannelState<T>;
  #isClosed = false;

  /** For `openMemoryChannel`. */
  constructor(state: ChannelState<T>) {
    this.#state = state;
    state.openReceiveChannels += 1;
  }

  /**
   * Takes the next value.
   *
   * @throws WouldBlockError when there is none; EndOfChannelError when there will be none;
   *   ClosedResourceError when this end is closed
   */
  receiveNowait(): T {
    this.#refuseClosed();
    return this.#state.receiveNowait();
  }

  /**
   * Waits for the next value. A checkpoint; when it is cancelled, nothing was received.
   *
   * @throws EndOfChannelError when there will be none; ClosedResourceError when this end is closed,
   *   also meanwhile
   */
  receive(): Operation<T> {
    return new Operation(() => this.#state.receive(this, () => this.#refuseClosed()));
  }

  /**
   * Another end of the same channel, to be closed on its own.
   *
   * @throws ClosedResourceError
   */
  clone(): MemoryReceiveChannel<T> {
    this.#refuseClosed();
    return new MemoryReceiveChannel(this.#state);
  }

  /** Closes this end; with the last one the buffer is dropped. Tasks that receive here fail. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#state.closeReceiver(this);
  }

  /** `close()`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Receives until the end of the channel, in an async function. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const next = await new Operation(() =>
        this.#state.receiveOrEnd(this, () => this.#refuseClosed()),
      );
      if (next === null) return;
      yield next.value;
    }
  }

  /** A frozen record of the whole channel. */
  statistics(): ChannelStatistics {
    return this.#state.statistics();
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new ClosedResourceError('this receive channel is closed');
  }
}

/**
 * Makes a channel.
 *
 * @param maxBufferSize - how many values wait in it at most: a whole number from 0 up, or
 *   `Infinity`; with 0 each value goes from hand to hand
 * @throws InvalidArgumentError for anything else
 *
 * @example
 * const [sendChannel, receiveChannel] = openMemoryChannel<string>(10);
 */
export function openMemoryChannel<T>(
  maxBufferSize: number,
): [MemorySendChannel<T>, MemoryReceiveChannel<T>] {
  if (maxBufferSize !== Infinity && !Number.isInteger(maxBufferSize)) {
    throw new InvalidArgumentError(
      `maxBufferSize must be a whole number or Infinity, got ${show(maxBufferSize)}`,
    );
  }
  if (maxBufferSize < 0) throw new InvalidArgumentError('maxBufferSize must be >= 0');
  const state = new ChannelState<T>(maxBufferSize);
  return [new MemorySendChannel(state), new MemoryReceiveChannel(state)];
}
