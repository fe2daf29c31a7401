/**
 * The owner's end of a proxy: hands the requests that arrive to Comlink, which calls the desk and
 * sends the answers through here.
 *
 * Every request that arrives is answered, also when no loop could run it or the answer cannot be
 * sent. It ends when the caller lets go, hangs up or dies, or when the object is withdrawn; then
 * the object's `finalizer` is told.
 */
import type { Transferable } from 'node:worker_threads';
import { isCancelled, NoRunningLoopError, ProxyReleasedError } from '../errors.js';
import { reportTo } from '../loop/exception-handler.js';
import { registry } from '../loop/registry.js';
import type { InboundSource } from '../loop/registry.js';
import type { Farewell } from '../threads/exposed-objects.js';
import type { LinkedOwner } from '../threads/linked-ports.js';
import { decodeError, encodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { Port } from '../wire/port.js';
import { comlink } from './comlink.js';
import type { Endpoint, MessageListener } from './comlink.js';
import { Desk } from './desk.js';
import { describe, Form } from './messages.js';
import type { Request, Response } from './messages.js';
import { toPlain } from './plain.js';
import { encodedThrow } from './thrown.js';
import { whyUnanswerable } from './unsendable.js';
import type { Wiring } from './wiring.js';

/** What an end serves. */
export interface Service {
  readonly object: object;
  /** The object in words. */
  readonly label: string;
  /** Whether the caller is a plain Comlink, which knows none of our words. */
  readonly isPlain?: boolean;
  /** The ends that serve the same object, to which this one adds itself while it lives. */
  readonly siblings?: Set<OwnerEnd>;
}

/** So many requests are taken before the loop has its turn. */
const maxRequestsPerPoll = 256;

/** One proxy's port, at the side that is asked. */
export class OwnerEnd implements Endpoint, InboundSource, LinkedOwner {
  readonly #port: Port<unknown>;
  readonly #service: Service;
  readonly #wiring: Wiring;
  readonly #desk: Desk;
  #listener: MessageListener = () => undefined;
  /** What was asked and is not answered, by id. */
  readonly #open = new Map<string, Request>();
  readonly #onIdle: (() => void)[] = [];
  #hasEnded = false;

  constructor(port: Port<unknown>, service: Service, wiring: Wiring) {
    this.#port = port;
    this.#service = service;
    this.#wiring = wiring;
    this.#desk = new Desk({
      object: service.object,
      label: service.label,
      write: (value) => wiring.write(value),
      writeProxy: (value) => wiring.writeProxy(value),
      open: () => wiring.openPlain(service),
    });
    wiring.exchange.proxies.owners.add(this);
    service.siblings?.add(this);
    registry.inbound.add(this);
    comlink().expose(this.#desk, this);
    port.listen({
      onBatch: (message) => this.#receive(message),
      onUnreadable: (error) => this.hangUp(unreadable(service.label, error)),
      onClose: () => this.hangUp(),
    });
    // A blocking loop does not see what came before it knew of this port.
    this.poll();
  }

  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  cancelAll(message: string): void {
    this.#desk.cancelAll(message);
  }

  /** Serves no more; with a reason, the caller is told. What runs goes on. */
  hangUp(reason?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#wiring.exchange.proxies.owners.delete(this);
    this.#service.siblings?.delete(this);
    registry.inbound.delete(this);
    if (reason !== undefined) {
      const farewell: Farewell = { type: 'FAREWELL', error: encodeError(reason) };
      this.#port.post(farewell, []);
    }
    this.#port.close();
    this.#finalize();
  }

  /** Nothing waits to be sent. */
  flush(): void {}

  /** For blocking loops, which Node's events do not reach. */
  poll(): void {
    for (let count = 0; count < maxRequestsPerPoll && !this.#hasEnded; count += 1) {
      const message = this.#port.take();
      if (message === undefined) return;
      this.#receive(message);
    }
  }

  /** For Comlink: an answer. Never throws. */
  postMessage(message: unknown, transferList: readonly Transferable[] = []): void {
    this.#answer(message as Response, transferList);
  }

  /** For Comlink. */
  addEventListener(_type: string, listener: MessageListener): void {
    this.#listener = listener;
  }

  /** For Comlink, which does so after a RELEASE; none comes so far. */
  removeEventListener(): void {}

  #receive(message: unknown): void {
    const request = message as Request;
    const { id, type } = request;
    if (type === 'RELEASE') this.hangUp();
    else if (type === 'CANCEL') this.#desk.cancel(id, request.message);
    else this.#serve(request);
  }

  #serve(request: Request): void {
    this.#open.set(request.id, request);
    try {
      const what = describe(this.#service.label, request);
      if (registry.running === null) {
        throw new NoRunningLoopError(`No loop runs in the thread that was asked for ${what}`);
      }
      registry.running.refusePromise?.(`${what}, called over a proxy,`);
      const { argumentList = [], value } = request;
      this.#listener({
        data: Desk.translate({
          ...request,
          argumentList: argumentList.map((each) => this.#wiring.read(each)),
          ...(value !== undefined && { value: this.#wiring.read(value) }),
        }),
      });
    } catch (error) {
      this.#answer(encodedThrow(request.id, error));
    }
  }

  #answer(response: Response, transferList: readonly Transferable[] = []): void {
    const request = this.#open.get(response.id);
    if (request === undefined) return;
    this.#open.delete(response.id);
    if (this.#hasEnded) this.#lose(request, response, transferList);
    else this.#post(request, response, transferList);
    if (this.#open.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  #post(request: Request, response: Response, transferList: readonly Transferable[]): void {
    const translate = this.#service.isPlain === true ? toPlain : asItIs;
    try {
      this.#port.post(translate(response), transferList);
    } catch (cause) {
      this.#wiring.discard(transferList);
      const error = whyUnanswerable(describe(this.#service.label, request), response, cause);
      this.#port.post(translate(encodedThrow(response.id, error)), []);
    }
  }

  /** Nobody waits for it any more; but an error must not vanish. */
  #lose(request: Request, response: Response, transferList: readonly Transferable[]): void {
    this.#wiring.discard(transferList);
    if (response.name !== Form.thrown) return;
    const exception = decodeError(response.value as EncodedError);
    if (isCancelled(exception)) return;
    const message = `${describe(this.#service.label, request)} failed, and nobody waits for it`;
    reportTo(registry.running, { message, exception });
  }

  #finalize(): void {
    const { object, label } = this.#service;
    const { finalizer } = comlink();
    const finalize: unknown = finalizer in object && Reflect.get(object, finalizer);
    if (typeof finalize !== 'function') return;
    const run = (): void => void Reflect.apply(finalize, object, []);
    if (registry.running !== null) {
      registry.running.callSoonThreadsafe(run);
      return;
    }
    try {
      run();
    } catch (exception) {
      reportTo(null, { message: `The finalizer of ${label} failed`, exception });
    }
  }
}

/** Whose request it was is unknown, so it cannot be answered alone. */
function unreadable(label: string, cause: unknown): ProxyReleasedError {
  const message = `A request to ${label} could not be read there: ask the loop for a new proxy`;
  return new ProxyReleasedError(message, { cause });
}

function asItIs(response: Response): Response {
  return response;
}
