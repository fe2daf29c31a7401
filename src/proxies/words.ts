/**
 * Comlink's words, from the copy that proxies use, typed without the DOM.
 *
 * They are the same values that `import … from 'comlink'` gives in Node. Loads Comlink at once.
 */
import type { Transferable } from 'node:worker_threads';
import type * as types from '../threads/remote-object.js';
import type { ProxyMarked } from '../threads/remote-object.js';
import { comlink } from './comlink.js';
import type { TransferHandler } from './comlink.js';

const words = comlink();

/** The method of a proxy by which this side lets go of it. */
export const releaseProxy: typeof types.releaseProxy = words.releaseProxy as never;

/** The method of a proxy that makes one more port to the same object. */
export const createEndpoint: typeof types.createEndpoint = words.createEndpoint as never;

/** The method of an exposed object that is called when a proxy of it has ended. */
export const finalizer: typeof types.finalizer = words.finalizer as never;

/** Marks values that travel as proxies. */
export const proxyMarker: typeof types.proxyMarker = words.proxyMarker as never;

/** How certain values travel, by name: set the same in both threads. */
export const transferHandlers: Map<
  string,
  TransferHandler<unknown, unknown>
> = words.transferHandlers;

/**
 * Marks a value to travel as a proxy instead of being copied: a callback, or an object that is to
 * stay here. Goes for arguments and results themselves, not for what is inside them.
 */
export function proxy<T extends object>(value: T): T & ProxyMarked {
  return words.proxy(value) as T & ProxyMarked;
}

/** Marks what of a value is to be moved instead of copied, when it is sent. */
export function transfer<T extends object>(value: T, transferList: readonly Transferable[]): T {
  return words.transfer(value, transferList) as T;
}
