/**
 * How values become proxies on their way between two threads, and proxies values.
 *
 * What is marked with Comlink's `proxy()` stays where it is: a port of its own travels instead.
 * That holds for arguments, results and instances alike, and in both directions, so this is where
 * the two ends of a proxy meet. One for each link.
 */
import { MessageChannel, MessagePort } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import { InvalidStateError, show } from '../errors.js';
import type { Exchange } from '../threads/exchange.js';
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import { NodePort } from '../wire/port.js';
import { CallerEnd } from './caller-end.js';
import { comlink, isMarked } from './comlink.js';
import { createFace, isFace } from './face.js';
import { Form } from './messages.js';
import type { Sendable, WireValue } from './messages.js';
import { OwnerEnd } from './owner-end.js';
import type { Service } from './owner-end.js';
import { Thrown } from './thrown.js';

/** The proxies of one link. */
export class Wiring {
  readonly exchange: Exchange;
  /** Ports that travel as proxies, with the ends that serve them. */
  readonly #sent = new WeakMap<Transferable, OwnerEnd>();

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /**
   * A proxy of whatever is served at the other end of the port.
   *
   * @param graceMs - for how long a method may go on that was cancelled
   */
  connect(port: MessagePort, label: string, graceMs: number): object {
    const end = new CallerEnd(this.exchange.portOver(port), { label, graceMs, wiring: this });
    return createFace(end, comlink().wrap(end));
  }

  /** Serves an object to whoever has the other end of the port. */
  serve(port: MessagePort, service: Service): OwnerEnd {
    return new OwnerEnd(this.exchange.portOver(port), service, this);
  }

  /** A port over which a plain Comlink is served. */
  openPlain(service: Service): MessagePort {
    const { port1, port2 } = new MessageChannel();
    new OwnerEnd(new NodePort(port1), { ...service, isPlain: true }, this);
    return port2;
  }

  /** Prepares a value for its way: a copy, unless it is marked, or itself a proxy. */
  write(value: unknown): unknown {
    return isFace(value) || isMarked(value) ? this.writeProxy(value) : value;
  }

  /** As `write`, for a value that travels as a proxy in any case. */
  writeProxy(object: object): Sendable {
    const serialize = (): [unknown, readonly Transferable[]] => {
      const { port1, port2 } = new MessageChannel();
      this.#sent.set(port2, this.serve(port1, { object, label: 'a proxied value' }));
      return [port2, [port2]];
    };
    return { threadloopForm: Form.proxy, serialize };
  }

  /** What was to be moved with a message that could not be sent. */
  discard(transferList: readonly Transferable[]): void {
    for (const port of transferList) this.#sent.get(port)?.hangUp();
  }

  /**
   * A value that arrived, with what is of our forms brought back.
   *
   * @param graceMs - of a proxy that arrives: as of the one over which it comes
   * @throws InvalidStateError for a transfer handler that this thread does not have
   */
  read(wireValue: WireValue, graceMs: number = Infinity): WireValue {
    const { type, name = '', value } = wireValue;
    if (type === 'RAW') return wireValue;
    if (name === Form.thrown) {
      return { type, name, value: new Thrown(decodeError(value as EncodedError)) };
    }
    // Comlink's own form, which a plain Comlink sends, means the same.
    if (name === Form.proxy || (name === 'proxy' && value instanceof MessagePort)) {
      const port = value as MessagePort;
      return { type, name: Form.proxy, value: this.connect(port, 'a proxied value', graceMs) };
    }
    if (comlink().transferHandlers.has(name)) return wireValue;
    throw new InvalidStateError(
      `A value came that needs the transfer handler ${show(name)}, which is not registered in ` +
        'this thread: set it in the transferHandlers of both',
    );
  }
}

const wirings = new WeakMap<Exchange, Wiring>();

/** The wiring of a link. */
export function wiringOf(exchange: Exchange): Wiring {
  let wiring = wirings.get(exchange);
  if (wiring === undefined) wirings.set(exchange, (wiring = new Wiring(exchange)));
  return wiring;
}
