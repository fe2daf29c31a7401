/**
 * What was thrown, on its way to the other side of a proxy.
 *
 * Comlink's own form keeps an error's message, name and stack; this one keeps what `encodeError`
 * keeps, which is all of it.
 */
import type { Transferable } from 'node:worker_threads';
import { encodeError } from '../wire/error-codec.js';
import { Form } from './messages.js';
import type { Response, Sendable } from './messages.js';

/** Something that was thrown, as a value. */
export class Thrown implements Sendable {
  readonly threadloopForm: typeof Form.thrown = Form.thrown;
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }

  serialize(): [unknown, readonly Transferable[]] {
    return [encodeError(this.reason), []];
  }
}

/** An answer that throws, for Comlink at this end. */
export function throwing(id: string, reason: unknown): Response {
  return { id, type: 'HANDLER', name: Form.thrown, value: new Thrown(reason) };
}

/** An answer that throws, for the other side. */
export function encodedThrow(id: string, reason: unknown): Response {
  return { id, type: 'HANDLER', name: Form.thrown, value: encodeError(reason) };
}
