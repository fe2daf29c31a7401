/**
 * `threadloop/comlink`: the door for those who use proxies in Comlink's words.
 * Callbacks and objects that stay where they are, values that are moved, releases and endpoints.
 */
export type { TransferHandler } from './proxies/comlink.js';
export {
  createEndpoint,
  finalizer,
  proxy,
  proxyMarker,
  releaseProxy,
  transfer,
  transferHandlers,
} from './proxies/words.js';
export type { ProxyMarked, Remote } from './threads/remote-object.js';
