/**
 * Comlink, loaded when the first proxy is made, and what it is taught.
 *
 * `require` gives the very copy that a user's `import … from 'comlink'` gives in Node, and gives it
 * at once: `loop.proxy()` need not wait. Of its types nothing is used, since they need the DOM's.
 */
import { createRequire } from 'node:module';
import type { Transferable } from 'node:worker_threads';
import { Form, isSendable } from './messages.js';
import type { Sendable } from './messages.js';
import { Thrown } from './thrown.js';

/** Customizes how certain arguments and results travel; to be registered in both threads. */
export interface TransferHandler<T, S> {
  /** Whether this handler takes the value. Asked for every argument and result. */
  canHandle(value: unknown): value is T;
  /** What is copied or moved in place of the value. */
  serialize(value: T): [S, readonly Transferable[]];
  /** The value again, on the other side. */
  deserialize(value: S): T;
}

/** Comlink's ear at an endpoint. */
export type MessageListener = (event: { readonly data: unknown }) => void;

/** What Comlink needs of a port. */
export interface Endpoint {
  postMessage(message: unknown, transferList?: readonly Transferable[]): void;
  addEventListener(type: string, listener: MessageListener): void;
  removeEventListener(type: string, listener: MessageListener): void;
}

/** What we use of Comlink. */
export interface Comlink {
  wrap(endpoint: Endpoint): unknown;
  expose(object: object, endpoint: Endpoint): void;
  proxy(value: object): object;
  transfer(value: object, transferList: readonly Transferable[]): object;
  readonly transferHandlers: Map<string, TransferHandler<unknown, unknown>>;
  readonly proxyMarker: symbol;
  readonly releaseProxy: symbol;
  readonly createEndpoint: symbol;
  readonly finalizer: symbol;
}

let loaded: Comlink | null = null;

/** Comlink, with our transfer handlers in place. */
export function comlink(): Comlink {
  loaded ??= load();
  return loaded;
}

function load(): Comlink {
  const require = createRequire(import.meta.url);
  const words = require('comlink') as Comlink;
  const { transferHandlers } = words;
  // Ours come first: a handler of the user's may claim more than it knows.
  const others = [...transferHandlers];
  transferHandlers.clear();
  for (const name of Object.values(Form)) transferHandlers.set(name, handlerOf(name));
  for (const [name, handler] of others) {
    if (!transferHandlers.has(name)) transferHandlers.set(name, handler);
  }
  return words;
}

/** What arrives was turned into its value by the end that received it: see `Wiring.read`. */
function handlerOf(name: string): TransferHandler<unknown, unknown> {
  return {
    canHandle: (value): value is unknown => isSendable(value) && value.threadloopForm === name,
    serialize: (value) => (value as Sendable).serialize(),
    deserialize: (value) => {
      if (value instanceof Thrown) throw value.reason;
      return value;
    },
  };
}

/** Whether a value was marked, with `proxy()`, to travel as a proxy. */
export function isMarked(value: unknown): value is object {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && Reflect.get(value, comlink().proxyMarker) === true;
}
