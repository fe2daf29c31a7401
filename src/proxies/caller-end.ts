/**
 * The caller's end of a proxy: stands between Comlink and the port, and keeps the books of what
 * was asked, so that everything is answered whatever happens to the other side.
 *
 * | state     | what it means                                         | next              |
 * |-----------|-------------------------------------------------------|-------------------|
 * | open      | requests go to the owner                              | leaving, … ended  |
 * | leaving   | nobody holds the proxy; what was asked is waited for  | ended             |
 * | orphaned  | the port closed; the reason is waited for             | ended             |
 * | ended     | for good: requests fail with the reason               | –                 |
 */
import type { Transferable } from 'node:worker_threads';
import { LoopDiedError, ProxyReleasedError, ThreadloopError } from '../errors.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { after, Deadline } from '../threads/deadline.js';
import type { Farewell } from '../threads/exposed-objects.js';
import type { LinkedCaller } from '../threads/linked-ports.js';
import { captureNearStack, describeNearStack, joinStacks } from '../threads/near-stack.js';
import type { NearStack } from '../threads/near-stack.js';
import { decodeError } from '../wire/error-codec.js';
import type { Port } from '../wire/port.js';
import type { Endpoint, MessageListener } from './comlink.js';
import { describe } from './messages.js';
import type { Request, Response } from './messages.js';
import { ProxyCall } from './proxy-call.js';
import { Thrown, throwing } from './thrown.js';
import { whyUnsendable } from './unsendable.js';
import type { Wiring } from './wiring.js';

/** Milliseconds that an orphan waits for the reason; as for calls. A guess, safe to change. */
const obituaryPatienceMs = 1_000;

interface Asked {
  readonly request: Request;
  readonly near: NearStack | null;
  /** It was cancelled: until its thread is ended. */
  grace?: Deadline | undefined;
}

/** What is at the other end of the port, and how it is asked. */
export interface CallerEndOptions {
  /** The object in words. */
  readonly label: string;
  /** Milliseconds for which a method may go on that was cancelled. */
  readonly graceMs: number;
  readonly wiring: Wiring;
}

/** One proxy's port, at the side that asks. */
export class CallerEnd implements Endpoint, LinkedCaller {
  readonly #port: Port<unknown>;
  readonly #wiring: Wiring;
  readonly #label: string;
  readonly #graceMs: number;
  #listener: MessageListener = () => undefined;
  readonly #pending = new Map<string, Asked>();
  readonly #onAnswered: (() => void)[] = [];
  /** Why nothing can be asked any more. */
  #refusal: Error | null = null;
  #isReleased = false;
  #isLeaving = false;
  #hasEnded = false;
  #patience: Deadline | undefined;
  /** Of the request that is being made. */
  #near: NearStack | null = null;
  #lastId = '';

  constructor(port: Port<unknown>, { label, graceMs, wiring }: CallerEndOptions) {
    this.#port = port;
    this.#label = label;
    this.#graceMs = graceMs;
    this.#wiring = wiring;
    wiring.exchange.proxies.callers.add(this);
    port.listen({
      onBatch: (message) => this.#receive(message),
      onUnreadable: (error) => this.#onUnreadable(error),
      onClose: () => this.#onClose(),
    });
  }

  /** Prepares an argument for its way. */
  write(value: unknown): unknown {
    return this.#wiring.write(value);
  }

  /** @throws ProxyReleasedError when this side has released the proxy */
  assertUsable(): void {
    if (this.#isReleased) throw this.#refusal ?? this.#released();
  }

  /**
   * Has Comlink ask something.
   *
   * @throws InvalidAwaitError on a blocking loop, where Comlink's promises cannot settle
   */
  request(ask: () => PromiseLike<unknown>): ConcurrentFuture<unknown> {
    registry.running?.refusePromise?.(`A call over a proxy of ${this.#label}`);
    const call = new ProxyCall((id, message) => this.#cancel(id, message));
    this.#near = captureNearStack();
    try {
      call.follow(ask(), this.#lastId);
    } catch (error) {
      call.setException(error);
    } finally {
      this.#near = null;
    }
    return call;
  }

  /** Lets go of the object at once. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#end(this.#released());
  }

  answered(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAnswered.push(resolve));
  }

  /** Takes the answers that have arrived already, then fails whatever is left. */
  fail(error: Error): void {
    if (this.#hasEnded) return;
    for (let message = this.#port.take(); message !== undefined; message = this.#port.take()) {
      this.#receive(message);
    }
    this.#end(error);
  }

  /** For Comlink. Never throws: what cannot be sent is answered from here. */
  postMessage(message: unknown, transferList: readonly Transferable[] = []): void {
    const request = message as Request;
    const { id } = request;
    if (request.type === 'RELEASE') {
      this.#leave();
      return;
    }
    this.#lastId = id;
    this.#pending.set(id, { request, near: this.#near });
    if (this.#refusal !== null) {
      this.#fail(id, this.#refusal);
      return;
    }
    if (this.#pending.size === 1) this.#port.ref();
    try {
      this.#port.post(request, transferList);
    } catch (cause) {
      this.#wiring.discard(transferList);
      this.#fail(id, whyUnsendable(this.#describe(request), request, cause));
    }
  }

  /** For Comlink. */
  addEventListener(_type: string, listener: MessageListener): void {
    this.#listener = listener;
  }

  /** For Comlink, which never does so at this end. */
  removeEventListener(): void {}

  #receive(message: unknown): void {
    if (isFarewell(message)) this.#end(decodeError(message.error) as Error);
    else this.#answer(message as Response);
  }

  #answer(response: Response): void {
    const asked = this.#take(response.id);
    if (asked === undefined) return;
    try {
      const read = this.#wiring.read(response, this.#graceMs);
      if (read.value instanceof Thrown) throw read.value.reason;
      this.#listener({ data: { ...read, id: response.id } });
    } catch (error) {
      const where = `on loop '${this.#wiring.exchange.farName}'`;
      if (error instanceof Error) joinStacks(error, describeNearStack(where, asked.near));
      this.#reject(asked.request, error);
    }
    this.#checkAnswered();
  }

  #fail(id: string, error: Error): void {
    const asked = this.#take(id);
    if (asked !== undefined) this.#reject(asked.request, error);
    this.#checkAnswered();
  }

  #take(id: string): Asked | undefined {
    const asked = this.#pending.get(id);
    asked?.grace?.clear();
    this.#pending.delete(id);
    return asked;
  }

  #reject(request: Request, reason: unknown): void {
    const { id } = request;
    if (request.type !== 'SET') {
      this.#listener({ data: throwing(id, reason) });
      return;
    }
    // Nobody can wait for an assignment, so its failure would be lost.
    this.#listener({ data: { id, type: 'RAW', value: true } });
    const message = `${this.#describe(request)} could not be set`;
    reportTo(registry.running, { message, exception: reason });
  }

  #describe(request: Request): string {
    return describe(this.#label, request);
  }

  #cancel(id: string, message: string | undefined): void {
    const asked = this.#pending.get(id);
    if (asked === undefined || this.#refusal !== null) return;
    const request: Request = { id, type: 'CANCEL', message };
    this.#port.post(request, []);
    asked.grace = after(this.#graceMs, () => {
      const what = `${this.#describe(asked.request)} went on for ${this.#graceMs} ms`;
      this.#wiring.exchange.replaceThread(`${what} after it was cancelled`);
    });
  }

  /** Comlink says that nobody holds the proxy any more; but calls may be under way. */
  #leave(): void {
    this.#isLeaving = true;
    if (this.#pending.size === 0) this.#end(this.#released());
  }

  #checkAnswered(): void {
    if (this.#pending.size > 0) return;
    if (!this.#hasEnded) this.#port.unref();
    for (const resolve of this.#onAnswered.splice(0)) resolve();
    if (this.#isLeaving) this.#end(this.#released());
  }

  #released(): Error {
    return new ProxyReleasedError(
      `The proxy of ${this.#label} has been released: ask the loop for a new one`,
    );
  }

  #onUnreadable(error: unknown): void {
    // Which answer it was is unknown: none of the calls must wait for ever.
    const message = `An answer of ${this.#label} could not be read: ${String(error)}`;
    this.#failPending(new ThreadloopError(message));
  }

  #onClose(): void {
    if (this.#hasEnded) return;
    const loop = this.#wiring.exchange.farName;
    this.#refusal = new LoopDiedError({ loop, exitCode: null, reason: 'its port was closed' });
    const fail = (): void => this.#end(this.#refusal as Error);
    if (this.#pending.size === 0) fail();
    else this.#patience = new Deadline(obituaryPatienceMs, fail).ref();
  }

  #failPending(error: Error): void {
    for (const id of this.#pending.keys()) this.#fail(id, error);
  }

  #end(reason: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#refusal = reason;
    this.#patience?.clear();
    this.#wiring.exchange.proxies.callers.delete(this);
    this.#failPending(reason);
    const farewell: Omit<Request, 'id'> = { type: 'RELEASE' };
    this.#port.post(farewell, []);
    this.#port.close();
  }
}

function isFarewell(message: unknown): message is Farewell {
  return (message as Partial<Farewell> | null)?.type === 'FAREWELL';
}
