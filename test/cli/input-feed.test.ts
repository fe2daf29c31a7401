// Inputs one by one, without waiting, from a source that is read a batch at a time.

import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { InputFeed } from '#src/cli/input-feed.js';
import { type InputSource, toInput } from '#src/cli/inputs.js';

function sourceOf(batches: ReadonlyArray<readonly unknown[]>, error?: Error): InputSource {
  return {
    total: undefined,
    async *batches() {
      for (const batch of batches) yield batch.map(toInput);
      if (error !== undefined) throw error;
    },
    close: () => {},
  };
}

test('inputs come batch by batch, and a change is told when there are more', async () => {
  let changes = 0;
  const feed = new InputFeed(sourceOf([['a', 'b'], ['c']]), () => (changes += 1));
  const next = (): unknown => feed.tryNext()?.value;
  expect([next(), changes]).toEqual([undefined, 0]);
  await turn();
  expect([changes, next(), next(), next()]).toEqual([1, 'a', 'b', undefined]);
  await turn();
  expect([changes, next(), next()]).toEqual([2, 'c', undefined]);
  expect(feed.isOver).toBe(false);
  await turn();
  expect([changes, feed.isOver, next()]).toEqual([3, true, undefined]);
});

test('a source that fails is over, and says why', async () => {
  const feed = new InputFeed(sourceOf([], new Error('torn')), () => {});
  feed.tryNext();
  await turn();
  expect([feed.isOver, feed.error]).toEqual([true, new Error('torn')]);
});

test('a feed that was closed gives nothing, also of a batch on its way', async () => {
  let changes = 0;
  const feed = new InputFeed(sourceOf([['a']]), () => (changes += 1));
  feed.tryNext();
  feed.close();
  await turn();
  expect([feed.isOver, feed.tryNext(), changes]).toEqual([true, undefined, 0]);
});
