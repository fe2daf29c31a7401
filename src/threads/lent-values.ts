/**
 * What the two threads of a link have lent each other: callbacks and streams, which stay where
 * they are and travel as numbers. Goes with the link: when either thread dies, nothing is kept.
 */
import { InvalidStateError, NoRunningLoopError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import type { Attachments, Role } from '../wire/special-values.js';
import type { Callback, OwnCallback } from './callback.js';
import { ConcurrentFuture } from './concurrent-future.js';
import { Lending } from './lending.js';
import type { Lane } from './lending.js';
import { isCallback, LentCallbacks } from './lent-callbacks.js';
import type { CallbackAddress } from './lent-callbacks.js';
import type { AnyFunction } from './remote-function.js';
import { RemoteStream } from './remote-stream.js';
import type { Chunk } from './remote-stream.js';
import { isStreamable, StreamOffer } from './stream-offer.js';
import { StreamSource } from './stream-source.js';

/** What travels. */
type Address = CallbackAddress | { readonly stream: number };

/** The loans of one link, both ways. */
export class LentValues implements Attachments {
  readonly #lane: Lane;
  readonly #callbacks: LentCallbacks;
  readonly #sources = new Map<number, StreamSource>();
  #lastNumber = 0;
  /** Ends streams that are garbage here. */
  readonly #forgotten = new FinalizationRegistry<number>((number) => this.#closeForgotten(number));
  /** Set when the link has ended. */
  #end: Error | null = null;

  constructor(lane: Lane) {
    this.#lane = lane;
    this.#callbacks = new LentCallbacks({
      ...lane,
      call: (name, args) => this.#call(name, args),
      post: (name, args) => this.#post(name, args),
    });
  }

  /** How many things of this thread are kept for the far side. */
  get loanCount(): number {
    return this.#callbacks.loanCount + this.#sources.size;
  }

  /** How many of these are callbacks. */
  get callbackCount(): number {
    return this.#callbacks.loanCount;
  }

  isAttachment(value: object): boolean {
    return isCallback(value);
  }

  isWhole(value: object, role: Role): boolean {
    if (role === 'result') return value instanceof StreamOffer;
    return typeof value === 'object' && isStreamable(value);
  }

  give(value: object): Address {
    if (this.#end !== null) throw this.#end;
    if (typeof value === 'function') return this.#callbacks.give(value as Callback);
    const offer = value instanceof StreamOffer ? value : new StreamOffer(value);
    const loop = this.#lane.loop();
    if (loop === null) throw new NoRunningLoopError('a stream needs a loop that runs');
    this.#lastNumber += 1;
    this.#sources.set(this.#lastNumber, new StreamSource(offer, loop));
    return { stream: this.#lastNumber };
  }

  takeBack(address: unknown): void {
    const given = address as Address;
    if ('callback' in given) this.#callbacks.release(given.callback, 1);
    if (!('stream' in given)) return;
    this.#sources.get(given.stream)?.abandon();
    this.#sources.delete(given.stream);
  }

  take(address: unknown): unknown {
    const given = address as Address;
    this.#lane.onBorrowed();
    return 'stream' in given ? this.#takeStream(given.stream) : this.#callbacks.take(given);
  }

  /** The callbacks that the last message has lent only until its call ends. */
  takeTemporary(): readonly OwnCallback[] {
    return this.#callbacks.takeTemporary();
  }

  /** What the runtime of the far side calls here. */
  builtIn(name: string): AnyFunction | undefined {
    switch (name) {
      case Lending.callback:
        return (...args: unknown[]) => this.#callbacks.run(args);
      case Lending.release:
        return (number: number, count: number) => this.#callbacks.release(number, count);
      case Lending.pull:
        return (number: number, limit: number) => this.#pull(number, limit);
      case Lending.close:
        return (number: number) => this.#close(number);
      default:
        return undefined;
    }
  }

  /** The far thread is lost: nothing that it has lent can be used any more. */
  fail(error: Error): void {
    this.hangUp(error);
    this.#lane.failAll(error);
  }

  /** Nobody uses any more what is lent. */
  hangUp(error: Error = new InvalidStateError('The link to the other thread was closed')): void {
    this.#end ??= error;
    this.abandon();
  }

  /** The far thread will not use what is lent; what became of it is not known yet. */
  abandon(): void {
    this.#callbacks.dropAll();
    for (const source of this.#sources.values()) source.abandon();
    this.#sources.clear();
  }

  #call(name: string, args: readonly unknown[]): ConcurrentFuture<unknown> {
    if (this.#end === null) return this.#lane.call(name, args);
    const failed = new ConcurrentFuture<unknown>();
    failed.setException(this.#end);
    return failed;
  }

  #post(name: string, args: readonly unknown[]): void {
    if (this.#end === null) this.#lane.post(name, args);
  }

  #takeStream(number: number): RemoteStream<unknown> {
    const stream = new RemoteStream<unknown>({
      pull: (limit) => this.#call(Lending.pull, [number, limit]) as ConcurrentFuture<Chunk>,
      close: () => this.#call(Lending.close, [number]),
    });
    this.#forgotten.register(stream, number);
    return stream;
  }

  #closeForgotten(number: number): void {
    const closing = this.#call(Lending.close, [number]);
    // Nobody waits for it, and nobody is to be told.
    closing.catch(() => undefined);
  }

  *#pull(number: number, limit: number): Coroutine<Chunk> {
    const source = this.#sources.get(number);
    if (source === undefined) return { items: [], isDone: true };
    let isOver = true;
    try {
      const chunk = yield* source.pull(limit);
      isOver = chunk.isDone;
      return chunk;
    } finally {
      if (isOver) this.#sources.delete(number);
      // If the pull itself was cancelled, nobody will pull again.
      if (isOver) source.abandon();
    }
  }

  *#close(number: number): Coroutine<void> {
    const source = this.#sources.get(number);
    this.#sources.delete(number);
    yield* source?.close() ?? [];
  }
}
