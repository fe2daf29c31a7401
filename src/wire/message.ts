/**
 * The shapes of messages between two threads, and nothing else.
 *
 * Messages of one flush travel as one flat array: number of the operation, its fields, number of
 * the next operation, its fields … Structured clone pays per object, so a flat array of a thousand
 * calls costs a third of a thousand small ones (measured: see `docs/architecture.md`).
 *
 * | operation | fields                          | meaning                                     |
 * |-----------|---------------------------------|---------------------------------------------|
 * | Define    | slot, url, name                 | from now on, this slot means that function  |
 * | Post      | id, slot, count, word, rank, …arguments | call it; nobody waits for the outcome |
 * | Call      | id, slot, count, word, rank, …arguments | call it, and answer                 |
 * | Cancel    | id, message                     | withdraw the call, or cancel it             |
 * | Result    | id, value                       | answer: it returned this                    |
 * | Error     | id, encoded error               | answer: it threw this                       |
 * | Notice    | subject, body                   | between the runtimes of the two threads     |
 * | Iterate   | as Call                         | call it, and answer with a stream           |
 * | Carry     | carried                         | what else belongs to the next operation     |
 *
 * Ids are counted by the sender of a call, per link and upwards; slots likewise. The word is the
 * call's place in the memory that both threads share, the rank its priority, 0 for the highest.
 */
import type { CarriedContext } from './carried-context.js';
import type { Revival } from './revival.js';

/** Where a function is found: the address that travels in its place. */
export interface FunctionAddress {
  /** Of the module: a `file:` or `data:` URL, or a bare specifier. */
  readonly url: string;
  /** Of the export. */
  readonly name: string;
}

/** The operations, by number. */
export const Operation = {
  Define: 0,
  Post: 1,
  Call: 2,
  Cancel: 3,
  Result: 4,
  Error: 5,
  Notice: 6,
  Carry: 7,
  Iterate: 8,
} as const;

/** What travels with one operation besides its fields. Most have none. */
export interface Carried {
  /** How to make the special values among its own again. */
  readonly revival?: Revival;
  /** The context in which it runs. */
  readonly context?: CarriedContext;
}

/** A flush: operations with their fields, end to end. */
export type Batch = unknown[];

/** What is said of a call, besides what to call with what. */
export interface CallHeading {
  readonly id: number;
  readonly word: number;
  readonly rank: number;
  /** Whether the answer is a stream of what is returned. */
  readonly isIterated?: boolean;
  /** The caller's context, as far as it travels. */
  readonly context?: CarriedContext | undefined;
}

/** Where the fields of a `Post` or `Call` have their arguments. */
export const argumentsOffset = 6;

/** How many elements the operation at `index` of a batch takes. */
export function sizeOfOperation(batch: Batch, index: number): number {
  switch (batch[index]) {
    case Operation.Define:
      return 4;
    case Operation.Post:
    case Operation.Call:
    case Operation.Iterate:
      return argumentsOffset + (batch[index + 3] as number);
    case Operation.Carry:
      return 2;
    default:
      return 3;
  }
}
