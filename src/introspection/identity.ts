/**
 * Numbers by which futures and tasks are told apart in print, as Python's `id()`.
 * Given on first sight, so that nobody pays who is never looked at.
 */
import { threadId } from 'node:worker_threads';

/** How many ids a thread can give: each has a range of its own, and all fit in a number. */
const idsPerThread = 2 ** 32;

const ids = new WeakMap<object, number>();
let givenCount = 0;

/** The id of an object: the same in every call, and no other object of the process has it. */
export function idOf(object: object): number {
  let id = ids.get(object);
  if (id === undefined) {
    givenCount += 1;
    id = threadId * idsPerThread + givenCount;
    ids.set(object, id);
  }
  return id;
}

/** As asyncio prints ids: `0x1f`. */
export function toHex(id: number): string {
  return `0x${id.toString(16)}`;
}
