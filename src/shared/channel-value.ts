/**
 * The values of a channel as bytes, by Node's own structured clone (`node:v8`).
 *
 * Any thread. Bytes stay in the channel when the thread that sent them is gone, which a message in
 * a port does not. In return nothing can be transferred, and no shared memory can be in a value.
 */
import { InvalidArgumentError, NotCloneableError, show } from '../errors.js';

/** Of each thread, few ever need it. */
const v8 = (): typeof import('node:v8') => process.getBuiltinModule('node:v8');

/** @throws NotCloneableError; InvalidArgumentError when it is too large for the channel */
export function toBytes(value: unknown, byteCapacity: number): Uint8Array {
  const bytes = serializeOrRefuse(value);
  if (bytes.length <= byteCapacity) return bytes;
  throw new InvalidArgumentError(
    `The value takes ${bytes.length} bytes, and the channel holds ${byteCapacity}: make it with ` +
      'a larger byteCapacity, or send large data in a call, where it can be transferred',
  );
}

/** @throws Error when the bytes were written by another version of Node */
export function fromBytes(bytes: Uint8Array): unknown {
  return v8().deserialize(bytes);
}

function serializeOrRefuse(value: unknown): Uint8Array {
  try {
    return v8().serialize(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : show(cause);
    throw new NotCloneableError(
      `The value cannot be sent through a channel: ${reason.replace(/\.$/u, '')}. ` +
        'What has to be shared or transferred goes into the arguments of a call',
      { cause },
    );
  }
}
