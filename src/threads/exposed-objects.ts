/**
 * The objects that this thread offers to the others, by name, and how a proxy finds its object.
 *
 * A proxy is asked for by a notice over the link of the two threads, which brings the port that
 * the proxy will use; everything else goes over that port. What is said there, and what a proxy
 * is, `src/proxies/` knows: it puts objects here, and sets how proxies are opened.
 */
import type { MessagePort } from 'node:worker_threads';
import { InvalidStateError, NotExposedError, show } from '../errors.js';
import { registry } from '../loop/registry.js';
import { encodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { CallOptions } from './call-options.js';
import type { Exchange } from './exchange.js';

/** Subject of the notice that asks for a proxy. */
export const proxyRequest = 'proxy';

/** Its body. */
export interface ProxyRequest {
  readonly name: string;
  readonly port: MessagePort;
}

/** The last word of an owner on a proxy's port: why no call is answered any more. */
export interface Farewell {
  readonly type: 'FAREWELL';
  readonly error: EncodedError;
}

/** An object that was exposed. */
export interface ExposedObject {
  /** Serves a proxy over that port. */
  connect(port: MessagePort, exchange: Exchange): void;
}

/** The exposed objects of this thread. */
export function exposedObjects(): Map<string, ExposedObject> {
  registry.exposed ??= new Map<string, ExposedObject>();
  return registry.exposed as Map<string, ExposedObject>;
}

/** Answers the request of another thread, after the calls that it made before. */
export function acceptProxy(request: ProxyRequest, exchange: Exchange): void {
  const { name, port } = request;
  exchange.incoming.inTurn(`proxy of ${show(name)}`, () => {
    const exposed = exposedObjects().get(name);
    if (exposed !== undefined) {
      exposed.connect(port, exchange);
      return;
    }
    const names = [...exposedObjects().keys()].map((each) => show(each)).join(', ');
    const there = names === '' ? 'nothing is' : `exposed are ${names}`;
    const error = new NotExposedError(`No object is exposed as ${show(name)} there; ${there}`);
    const farewell: Farewell = { type: 'FAREWELL', error: encodeError(error) };
    const answer = exchange.portOver<Farewell>(port);
    answer.post(farewell, []);
    answer.close();
  });
}

type ProxyOpener = (name: string, exchange: Exchange, options: CallOptions) => unknown;

let opener: ProxyOpener | null = null;

/** For `src/proxies/`. */
export function setProxyOpener(open: ProxyOpener): void {
  opener = open;
}

/** Asks the thread at the other end for a proxy. */
export function openProxy(name: string, exchange: Exchange, options: CallOptions): unknown {
  if (opener === null) {
    throw new InvalidStateError("Proxies are not loaded in this thread: import 'threadloop' first");
  }
  return opener(name, exchange, options);
}
