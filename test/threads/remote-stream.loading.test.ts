// A stream whose first read comes while the thread that makes its items loads a module.

import { remoteFunction, remoteModule, type RemoteLoop } from 'threadloop';
import { expect, test } from 'vitest';
import { startLoops } from './loops.js';

const streams = remoteModule<typeof import('./fixtures/streams.js')>(
  new URL('./fixtures/streams.ts', import.meta.url),
);
const source = 'await new Promise((go) => setTimeout(go, 100)); export const late = () => 1;';
const late = remoteFunction<() => number>(`data:text/javascript,${source}`, 'late');

test('the first items of a stream come behind a module that loads, and are not lost', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const [loop] = coordinator.loops as [RemoteLoop];
  await loop.runCoroutineThreadsafe(streams.readJournal);
  const stream = loop.iterate(streams.numbers, 3);
  await loop.runCoroutineThreadsafe(streams.readJournal);
  const call = loop.runCoroutineThreadsafe(late);
  const items: number[] = [];
  for await (const item of stream) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  expect(await call).toBe(1);
});

test('a wait for the first item ends when the stream is left meanwhile', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const [loop] = coordinator.loops as [RemoteLoop];
  const stream = loop.iterate(streams.numbers, 3);
  const waiting = stream.next().then((step) => step.done);
  await stream.return();
  expect(await waiting).toBe(true);
});
