/**
 * The shapes of messages between two threads, and nothing else.
 *
 * Messages of one flush travel as one flat array: number of the operation, its fields, number of
 * the next operation, its fields … Structured clone pays per object, so a flat array of a thousand
 * calls costs a third of a thousand small ones (measured: see `docs/architecture.md`).
 *
 * | operation | elements                    | meaning                                         |
 * |-----------|-----------------------------|-------------------------------------------------|
 * | Define    | heading, slot, url, name    | from now on, this slot means that function      |
 * | Post      | heading, id, …arguments     | call it; nobody waits for the outcome           |
 * | Call      | heading, id, …arguments     | call it, and answer                             |
 * | Iterate   | heading, id, …arguments     | call it, and answer with a stream               |
 * | Cancel    | heading, id, message        | withdraw the call, or cancel it                 |
 * | Result    | heading, value              | answer: it returned this                        |
 * | Error     | heading, encoded error      | answer: it threw this                           |
 * | Notice    | heading, subject, body      | between the runtimes of the two threads         |
 * | Carry     | heading, carried            | what else belongs to the next operation         |
 *
 * A heading is one number, for every element costs some 15 ns on each side. Its lowest four bits
 * are the operation; those of a post or call say which function, at which rank and with how many
 * arguments, those of an answer whose it is. Slots are counted by the sender, upwards.
 *
 * The id of a call is its place in the memory that both threads share (`call-words.ts`), and is
 * used again once the call was answered; posts are counted from -1 downwards.
 */
import type { Transferable } from 'node:worker_threads';
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

/** What else belongs to a call for its sender. Most have none. */
export interface CallExtras {
  /** What of the arguments is moved instead of copied. */
  readonly transferList?: readonly Transferable[] | undefined;
  /** The caller's context, as far as it travels. */
  readonly context?: CarriedContext | undefined;
}

/** Post, Call or Iterate. */
export type CallKind = 1 | 2 | 8;

const operationBits = 4;
const operationMask = (1 << operationBits) - 1;
const [rankShift, rankMask] = [operationBits, 3];
const [countShift, countMask] = [6, 31];
const slotShift = 11;

/** How many functions can be named over one link: a heading has 20 bits for them. */
export const slotCount: number = 1 << 20;

/** Stands for a count that has no room in a heading: it is the first of the arguments then. */
const manyArguments = countMask;

/** The heading of a post or call. */
export function callHeading(kind: CallKind, slot: number, rank: number, count: number): number {
  const shown = count < manyArguments ? count : manyArguments;
  return kind | (rank << rankShift) | (shown << countShift) | (slot << slotShift);
}

/** The heading of an answer. */
export function answerHeading(operation: 4 | 5, id: number): number {
  return operation | (id << operationBits);
}

/** Of any operation. */
export function operationOf(heading: number): number {
  return heading & operationMask;
}

/** Of a post or call. */
export function slotOf(heading: number): number {
  return heading >>> slotShift;
}

/** Of a post or call: its priority, 0 for the highest. */
export function rankOf(heading: number): number {
  return (heading >> rankShift) & rankMask;
}

/** Whose answer it is. */
export function answeredId(heading: number): number {
  return heading >>> operationBits;
}

/** Appends a post or call to a batch. */
export function appendCall(
  batch: Batch,
  heading: number,
  id: number,
  args: readonly unknown[],
): void {
  if (args.length === 1) batch.push(heading, id, args[0]);
  else if (args.length < manyArguments) batch.push(heading, id, ...args);
  else batch.push(heading, id, args.length, ...args);
}

/** What stands before the arguments of a post or call. */
export function callStart(heading: number, id: number, count: number): number[] {
  return count < manyArguments ? [heading, id] : [heading, id, count];
}

/** Where the post or call at `index` of a batch has its arguments. */
export function argumentsStart(batch: Batch, index: number): number {
  const isMany = (((batch[index] as number) >> countShift) & countMask) === manyArguments;
  return index + (isMany ? 3 : 2);
}

/** How many elements the operation at `index` of a batch takes. */
export function sizeOfOperation(batch: Batch, index: number): number {
  const heading = batch[index] as number;
  switch (heading & operationMask) {
    case Operation.Post:
    case Operation.Call:
    case Operation.Iterate: {
      const count = (heading >> countShift) & countMask;
      return count === manyArguments ? 3 + (batch[index + 2] as number) : 2 + count;
    }
    case Operation.Define:
      return 4;
    case Operation.Result:
    case Operation.Error:
    case Operation.Carry:
      return 2;
    default:
      return 3;
  }
}

/** The rank of calls to which nobody has given a priority. */
export const ordinaryRank = 1;

/** Whether a batch holds nothing but posts and calls of that rank: it may be read later. */
export function canWait(batch: Batch): boolean {
  for (let index = 0; index < batch.length; index += sizeOfOperation(batch, index)) {
    const heading = batch[index] as number;
    const operation = operationOf(heading);
    const isCall = operation === Operation.Post || operation === Operation.Call;
    if (isCall ? rankOf(heading) !== ordinaryRank : operation !== Operation.Define) return false;
  }
  return true;
}

/** One by one, with what is carried for each. */
export function* operationsOf(batch: Batch): Generator<{
  /** What has to be sent together. */
  readonly whole: Batch;
  readonly operation: Batch;
  readonly carried: Carried | null;
}> {
  let index = 0;
  while (index < batch.length) {
    const start = index;
    if (operationOf(batch[index] as number) === Operation.Carry) index += 2;
    const end = index + sizeOfOperation(batch, index);
    const carried = index > start ? (batch[start + 1] as Carried) : null;
    yield { whole: batch.slice(start, end), operation: batch.slice(index, end), carried };
    index = end;
  }
}
