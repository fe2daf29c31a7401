/**
 * What is said over the port of a proxy: Comlink's messages, and two words of ours beside them.
 *
 * | from   | message                                  | meaning                                  |
 * |--------|------------------------------------------|------------------------------------------|
 * | caller | GET SET APPLY CONSTRUCT ENDPOINT, an id  | as in Comlink; answered under that id    |
 * | caller | RELEASE                                  | as in Comlink; the port closes           |
 * | caller | CANCEL, an id (ours)                     | cancel the task of that request          |
 * | owner  | an id and a value                        | the answer                               |
 * | owner  | FAREWELL (ours)                          | why nothing is answered; the port closes |
 *
 * Comlink ignores words that it does not know, so either end may be a plain Comlink.
 */
import type { Transferable } from 'node:worker_threads';

/** A value on its way: as it is, or in the form that the named transfer handler gave it. */
export interface WireValue {
  readonly type: 'RAW' | 'HANDLER';
  readonly name?: string;
  readonly value: unknown;
}

/** What a caller says. */
export interface Request {
  readonly id: string;
  readonly type: 'GET' | 'SET' | 'APPLY' | 'CONSTRUCT' | 'ENDPOINT' | 'RELEASE' | 'CANCEL';
  readonly path?: readonly string[];
  readonly argumentList?: readonly WireValue[];
  /** Of a SET. */
  readonly value?: WireValue;
  /** Of a CANCEL. */
  readonly message?: string | undefined;
}

/** What an owner answers. */
export interface Response extends WireValue {
  readonly id: string;
}

/** Names of our transfer handlers. */
export const Form = {
  /** A port, over which the value is used where it is. */
  proxy: 'threadloop.proxy',
  /** What was thrown, as `encodeError` writes it. */
  thrown: 'threadloop.thrown',
} as const;

/** A value that travels in a form of ours; told by its field, whichever copy of us made it. */
export interface Sendable {
  readonly threadloopForm: (typeof Form)[keyof typeof Form];
  serialize(): [unknown, readonly Transferable[]];
}

/** Whether a value travels in a form of ours. */
export function isSendable(value: unknown): value is Sendable {
  return typeof value === 'object' && value !== null && 'threadloopForm' in value;
}

/** A request in words, for people: `counter.increment()`. */
export function describe(label: string, { type, path = [] }: Omit<Request, 'id'>): string {
  const member = [label, ...path].join('.');
  if (type === 'CONSTRUCT') return `new ${member}()`;
  return type === 'APPLY' ? `${member}()` : member;
}
