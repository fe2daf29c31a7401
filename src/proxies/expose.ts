/**
 * Objects that are owned by one loop and used from all: `expose()` there, `loop.proxy()` elsewhere.
 *
 * Loading this file is what gives `RemoteLoop.proxy()` its proxies; Comlink comes with the first.
 */
import { MessageChannel } from 'node:worker_threads';
import { InvalidArgumentError, InvalidStateError, ProxyReleasedError, show } from '../errors.js';
import { graceOf } from '../threads/call-options.js';
import type { CallOptions } from '../threads/call-options.js';
import type { Exchange } from '../threads/exchange.js';
import { exposedObjects, proxyRequest, setProxyOpener } from '../threads/exposed-objects.js';
import type { ProxyRequest } from '../threads/exposed-objects.js';
import type { OwnerEnd } from './owner-end.js';
import { wiringOf } from './wiring.js';

/** An object that is exposed, until it is withdrawn; `using` withdraws it, too. */
export interface Exposure extends Disposable {
  readonly name: string;
  /** The name is free again, and proxies of the object fail with ProxyReleasedError. */
  withdraw(): void;
}

/**
 * Lets other threads use an object of this one, under a name: `loop.proxy(name)` on this thread's
 * loop gives them a proxy of it. The object stays here. Each method that they call runs as a task
 * of this thread's loop: a plain function, a coroutine, or an async function, which gets an
 * `AbortSignal` where it declares one parameter more than was passed.
 *
 * A proxy reaches the object's own members and those of its classes, not what every object has,
 * such as `constructor`. Members of which others are to know nothing should be private (`#name`).
 *
 * @param object - an object, a function or a class
 * @throws InvalidArgumentError for a name or object that is none; InvalidStateError when this
 *   thread exposes another object under that name
 *
 * @example
 * expose('counter', new Counter());
 */
export function expose(name: string, object: object): Exposure {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(`expose() expects a name, got ${show(name)}`);
  }
  if ((typeof object !== 'object' || object === null) && typeof object !== 'function') {
    throw new InvalidArgumentError(`expose() expects an object to share, got ${show(object)}`);
  }
  const objects = exposedObjects();
  if (objects.has(name)) {
    throw new InvalidStateError(
      `An object is exposed as ${show(name)} in this thread already: withdraw() it first`,
    );
  }
  const siblings = new Set<OwnerEnd>();
  const exposed = {
    connect: (port: ProxyRequest['port'], exchange: Exchange): void => {
      wiringOf(exchange).serve(port, { object, label: name, siblings });
    },
  };
  objects.set(name, exposed);
  const withdraw = (): void => {
    if (objects.get(name) !== exposed) return;
    objects.delete(name);
    const reason = new ProxyReleasedError(
      `${show(name)} is not exposed any more: it was withdrawn`,
    );
    for (const end of siblings) end.hangUp(reason);
  };
  return { name, withdraw, [Symbol.dispose]: withdraw };
}

function open(name: string, exchange: Exchange, options: CallOptions): object {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(`proxy() expects the name of an object, got ${show(name)}`);
  }
  const { port1, port2 } = new MessageChannel();
  const request: ProxyRequest = { name, port: port2 };
  exchange.notice(proxyRequest, request, [port2]);
  return wiringOf(exchange).connect(port1, name, graceOf(options, false));
}

setProxyOpener(open);
