/**
 * What all ends of one channel share: the buffer, and the tasks that wait at it.
 *
 * Fair: a task that waits owns the next value, or the next room, before anybody who comes later.
 * At most one of the two lines is not empty: who would wait in the other is served at once.
 */
import {
  BrokenResourceError,
  ClosedResourceError,
  EndOfChannelError,
  WouldBlockError,
} from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import { Future } from '../loop/future.js';
import type { Task } from '../loop/task.js';
import { ownTask, passCancelPoint, passSchedulePoint } from './checkpoint.js';

/** How a channel stands. */
export interface ChannelStatistics {
  readonly currentBufferUsed: number;
  readonly maxBufferSize: number;
  /** The most values that have waited in it at once. */
  readonly peakBufferUsed: number;
  readonly openSendChannels: number;
  readonly openReceiveChannels: number;
  readonly tasksWaitingSend: number;
  readonly tasksWaitingReceive: number;
}

/** Of one channel. */
export class ChannelState<T> {
  openSendChannels = 0;
  openReceiveChannels = 0;
  readonly #maxBufferSize: number;
  /** In order; a set takes out its first element in constant time. */
  readonly #buffer = new Set<{ readonly value: T }>();
  readonly #senders = new Set<Turn<T, void>>();
  readonly #receivers = new Set<Turn<T, { readonly value: T }>>();
  /** What asyncio's kind of cancel kept from a receiver that had it already: comes first. */
  #returned: { readonly value: T }[] = [];
  #peakBufferUsed = 0;

  constructor(maxBufferSize: number) {
    this.#maxBufferSize = maxBufferSize;
  }

  sendNowait(value: T): void {
    if (this.openReceiveChannels === 0) throw noReceiver();
    const receiver = takeFirst(this.#receivers);
    if (receiver !== undefined) {
      receiver.setResult({ value });
    } else if (this.#buffer.size < this.#maxBufferSize) {
      this.#buffer.add({ value });
      this.#peakBufferUsed = Math.max(this.#peakBufferUsed, this.#buffer.size);
    } else {
      throw new WouldBlockError('the channel is full: wait with send()');
    }
  }

  *send(end: object, value: T, assertOpen: () => void): Coroutine<void> {
    yield* passCancelPoint();
    assertOpen();
    if (yield* this.#unlessBlocking(() => this.sendNowait(value))) return;
    const turn = new Turn<T, void>(ownTask(), end, this.#senders, { value });
    this.#senders.add(turn);
    try {
      yield* turn;
    } finally {
      this.#senders.delete(turn);
    }
  }

  receiveNowait(): T {
    const returned = this.#returned.shift();
    if (returned !== undefined) return returned.value;
    const sender = takeFirst(this.#senders);
    if (sender !== undefined) {
      sender.setResult();
      this.#buffer.add(sender.item as { readonly value: T });
    }
    const item = takeFirst(this.#buffer);
    if (item !== undefined) return item.value;
    if (this.openSendChannels === 0) throw endOfChannel();
    throw new WouldBlockError('the channel is empty: wait with receive()');
  }

  *receive(end: object, assertOpen: () => void): Coroutine<T> {
    yield* passCancelPoint();
    assertOpen();
    let item: { readonly value: T } | null = null;
    const take = (): void => void (item = { value: this.receiveNowait() });
    if (yield* this.#unlessBlocking(take)) return (item as unknown as { value: T }).value;
    const turn = new Turn<T, { readonly value: T }>(ownTask(), end, this.#receivers, null);
    this.#receivers.add(turn);
    let isTaken = false;
    try {
      const received = yield* turn;
      isTaken = true;
      return received.value;
    } finally {
      this.#receivers.delete(turn);
      if (!isTaken) this.#takeBack(turn);
    }
  }

  /** `null` at the end of the channel. */
  *receiveOrEnd(end: object, assertOpen: () => void): Coroutine<{ readonly value: T } | null> {
    try {
      return { value: yield* this.receive(end, assertOpen) };
    } catch (error) {
      if (error instanceof EndOfChannelError) return null;
      throw error;
    }
  }

  closeSender(end: object): void {
    this.openSendChannels -= 1;
    failThoseAt(this.#senders, end);
    if (this.openSendChannels > 0) return;
    for (const each of this.#receivers) each.setException(endOfChannel());
    this.#receivers.clear();
  }

  closeReceiver(end: object): void {
    this.openReceiveChannels -= 1;
    failThoseAt(this.#receivers, end);
    if (this.openReceiveChannels > 0) return;
    for (const each of this.#senders) each.setException(noReceiver());
    this.#senders.clear();
    this.#buffer.clear();
    this.#returned = [];
  }

  statistics(): ChannelStatistics {
    return Object.freeze({
      currentBufferUsed: this.#buffer.size + this.#returned.length,
      maxBufferSize: this.#maxBufferSize,
      peakBufferUsed: this.#peakBufferUsed,
      openSendChannels: this.openSendChannels,
      openReceiveChannels: this.openReceiveChannels,
      tasksWaitingSend: this.#senders.size,
      tasksWaitingReceive: this.#receivers.size,
    });
  }

  /** Whether it could be done without waiting; then lets the others run. */
  *#unlessBlocking(act: () => void): Coroutine<boolean> {
    try {
      act();
    } catch (error) {
      if (error instanceof WouldBlockError) return false;
      throw error;
    }
    yield* passSchedulePoint();
    return true;
  }

  /** The receiver had the value, and could not take it: the next one gets it. */
  #takeBack(turn: Turn<T, { readonly value: T }>): void {
    if (!turn.done() || turn.cancelled() || turn.exception() !== null) return;
    const item = turn.result();
    const next = takeFirst(this.#receivers);
    if (next !== undefined) next.setResult(item);
    else if (this.openReceiveChannels > 0) this.#returned.push(item);
  }
}

function endOfChannel(): EndOfChannelError {
  return new EndOfChannelError('all send channels are closed');
}

function noReceiver(): BrokenResourceError {
  return new BrokenResourceError('all receive channels are closed');
}

function takeFirst<V>(line: Set<V>): V | undefined {
  for (const first of line) {
    line.delete(first);
    return first;
  }
  return undefined;
}

/** An end was closed under the tasks that wait there. */
function failThoseAt<T, R>(line: Set<Turn<T, R>>, end: object): void {
  for (const turn of line) {
    if (turn.end !== end) continue;
    line.delete(turn);
    turn.setException(new ClosedResourceError('the channel was closed by another task'));
  }
}

/** One task's place in a line. */
class Turn<T, R> extends Future<R> {
  readonly end: object;
  /** What a sender has to give. */
  readonly item: { readonly value: T } | null;
  readonly #line: Set<Turn<T, R>>;

  constructor(
    task: Task<unknown>,
    end: object,
    line: Set<Turn<T, R>>,
    item: { readonly value: T } | null,
  ) {
    super({ loop: task.getLoop() });
    this.end = end;
    this.item = item;
    this.#line = line;
  }

  /** Leaves the line at once, so that nothing is given to a task that will not take it. */
  override cancel(message?: string): boolean {
    this.#line.delete(this);
    return super.cancel(message);
  }
}
