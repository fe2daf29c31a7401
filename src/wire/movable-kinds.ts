/**
 * The objects that structured clone takes only in a transfer list. There are more kinds, which
 * Node knows; of these, those inside a moved value are found without being named.
 */
import { MessagePort } from 'node:worker_threads';

/** The kinds that are found in a moved value. */
export const movableKinds: readonly (abstract new (...args: never) => object)[] = [
  MessagePort,
  ReadableStream,
  WritableStream,
  TransformStream,
];
