// A mapping whose calls the test settles by hand, over a source that notes how it was treated.

import { ConcurrentFuture } from 'threadloop';
import { MapIterator } from '#src/coordinator/map.js';

/** A call that waits to be settled. */
interface Call {
  readonly input: number;
  readonly future: ConcurrentFuture<unknown>;
}

/** A mapping over a source that notes how far it was read and whether it was closed. */
export function makeMapping({
  count = Infinity,
  concurrency = 2,
  ordered = true,
  isAsync = false,
}: {
  readonly count?: number;
  readonly concurrency?: number;
  readonly ordered?: boolean;
  readonly isAsync?: boolean;
} = {}) {
  const calls: Call[] = [];
  const source = { readCount: 0, closedCount: 0 };
  function* read(): Generator<number, void, undefined> {
    try {
      while (source.readCount < count) yield source.readCount++;
    } finally {
      source.closedCount += 1;
    }
  }
  async function* readLater(): AsyncGenerator<number, void, undefined> {
    for (const input of read()) {
      await Promise.resolve();
      yield input;
    }
  }
  const call = (input: number): ConcurrentFuture<unknown> => {
    const future = new ConcurrentFuture<unknown>();
    calls.push({ input, future });
    return future;
  };
  const inputs = isAsync ? readLater() : read();
  const results = new MapIterator<number, unknown>({ call, inputs, concurrency, ordered });
  const answer = (...numbers: number[]): void => {
    for (const number of numbers) calls[number]?.future.setResult(`result ${number}`);
  };
  return { results, calls, source, answer };
}

/** What `next()` gives for the call of that number. */
export const value = (number: number) => ({ done: false, value: `result ${number}` });
/** What `next()` gives when there is no more. */
export const end = { done: true, value: undefined };
