/**
 * The objects that structured clone takes only in a transfer list. There are more kinds, which
 * Node knows; of these, those inside a moved value are found without being named.
 */
import { MessagePort } from 'node:worker_threads';

/** Whether a value is of a kind that is found in a moved one. */
export function isOfMovableKind(value: unknown): boolean {
  // Asked for by the first value: Node loads its streams with their names, 1 ms in each thread.
  return (
    value instanceof MessagePort ||
    value instanceof ReadableStream ||
    value instanceof WritableStream ||
    value instanceof TransformStream
  );
}
