/**
 * Events of the web's `EventTarget` and of Node's `EventEmitter`, to be waited for on a loop: the
 * next one as a future, or all of them as a stream. Runs where the events are. After Node's
 * `events.once` and `events.on`, whose promises no task could be cancelled at.
 */
import type { EventEmitter } from 'node:events';
import { InvalidArgumentError, isCancelled, show } from '../errors.js';
import { abortError } from '../loop/abort-error.js';
import { getEventLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { Future } from '../loop/future.js';
import { PushStream } from './push-stream.js';
import type { Listen, PushStreamOptions } from './push-stream.js';

/** Options of `fromEventTarget()`. */
export interface FromEventTargetOptions {
  /** Ends the wait when it fires; its reason is the `cause` of the CancelledError. */
  readonly signal?: AbortSignal;
  /** Of the future. Default: `getEventLoop()`. */
  readonly loop?: EventLoop;
}

/** Options of `iterateEvents()`. */
export interface IterateEventsOptions extends PushStreamOptions {
  /** Ends the stream when it fires, as an error; its reason is the cause. */
  readonly signal?: AbortSignal;
}

/**
 * The next event of that type, as a future. It listens from now on, and no longer than it is
 * waited for: a cancel takes the listener away.
 *
 * @returns the event of an `EventTarget`; the arguments of an `EventEmitter`'s, which also fails
 *   with its `error` event, unless that is waited for
 * @throws InvalidArgumentError when the target is neither
 *
 * @example
 * const message = await fromEventTarget<MessageEvent>(port, 'message');
 */
export function fromEventTarget<E extends Event = Event>(
  target: EventTarget,
  type: string,
  options?: FromEventTargetOptions,
): Future<E>;
export function fromEventTarget(
  emitter: EventEmitter,
  type: string | symbol,
  options?: FromEventTargetOptions,
): Future<unknown[]>;
export function fromEventTarget(
  source: EventTarget | EventEmitter,
  type: string | symbol,
  { signal, loop = getEventLoop() }: FromEventTargetOptions = {},
): Future<unknown> {
  return new EventFuture({ loop }).listen(source, type, signal);
}

/**
 * Every event of that type from now on, in a buffer until it is read. Leaving the loop early takes
 * the listener away, and so does a cancel while waiting.
 *
 * @returns as `fromEventTarget`, item by item; it has no end of its own
 * @throws InvalidArgumentError when the target is neither, or an option is out of range
 *
 * @example
 * for await (const [chunk] of iterateEvents(socket, 'data')) console.log(chunk);
 */
export function iterateEvents<E extends Event = Event>(
  target: EventTarget,
  type: string,
  options?: IterateEventsOptions,
): PushStream<E>;
export function iterateEvents(
  emitter: EventEmitter,
  type: string | symbol,
  options?: IterateEventsOptions,
): PushStream<unknown[]>;
export function iterateEvents(
  source: EventTarget | EventEmitter,
  type: string | symbol,
  { signal, ...options }: IterateEventsOptions = {},
): PushStream<unknown> {
  const open: Listen<unknown> = ({ push, fail }) =>
    listen(source, type, signal, { take: push, fail });
  return new PushStream(open, options).open();
}

/** Who hears of the events. */
interface Listener {
  readonly take: (event: unknown) => void;
  readonly fail: (error: unknown) => void;
}

class EventFuture extends Future<unknown> {
  #stopListening: () => void = () => undefined;

  listen(source: EventTarget | EventEmitter, type: string | symbol, signal?: AbortSignal): this {
    const stop = listen(source, type, signal, {
      take: (event) => this.#end(() => this.settleWithResult(event)),
      fail: (error) => this.#end(() => this.#fail(error)),
    });
    if (this.done()) stop();
    else this.#stopListening = stop;
    return this;
  }

  override cancel(message?: string): boolean {
    this.#stopListening();
    return super.cancel(message);
  }

  #end(settle: () => void): void {
    this.#stopListening();
    if (!this.done()) settle();
  }

  #fail(error: unknown): void {
    if (isCancelled(error)) this.settleAsCancelled(error);
    else this.settleWithError(error);
  }
}

/** Listens to the event, to what ends the wait with an error, and to the signal. */
function listen(
  source: EventTarget | EventEmitter,
  type: string | symbol,
  signal: AbortSignal | undefined,
  { take, fail }: Listener,
): () => void {
  const onAbort = (): void => fail(abortError(signal as AbortSignal));
  const stops = [attach(source, type, take)];
  if (!isEventTarget(source) && type !== 'error') {
    stops.push(attach(source, 'error', (args) => fail((args as unknown[])[0])));
  }
  if (signal !== undefined) {
    signal.addEventListener('abort', onAbort);
    stops.push(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  }
  return () => {
    for (const stop of stops.splice(0)) stop();
  };
}

/** A `MessagePort` is both kinds at once; here it counts as the web's. */
function attach(
  source: EventTarget | EventEmitter,
  type: string | symbol,
  take: (event: unknown) => void,
): () => void {
  if (isEventTarget(source)) {
    source.addEventListener(String(type), take);
    return () => source.removeEventListener(String(type), take);
  }
  if (!isEventEmitter(source)) {
    throw new InvalidArgumentError(
      `an EventTarget or an EventEmitter is expected, got ${show(source, -1)}`,
    );
  }
  const takeAll = (...args: unknown[]): void => take(args);
  source.on(type, takeAll);
  return () => source.off(type, takeAll);
}

function isEventTarget(source: unknown): source is EventTarget {
  return has(source, 'addEventListener') && has(source, 'removeEventListener');
}

function isEventEmitter(source: unknown): source is EventEmitter {
  return has(source, 'on') && has(source, 'off');
}

function has(source: unknown, method: string): boolean {
  if (typeof source !== 'object' || source === null) return false;
  return typeof (source as Record<string, unknown>)[method] === 'function';
}
