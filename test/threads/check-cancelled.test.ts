// A function that computes without waiting hears of a cancel because it asks.

import { CancelledError, checkCancelled, remoteModule, type RemoteFunction } from 'threadloop';
import { expect, test } from 'vitest';
import { newFlag, raise, raised } from './fixtures/flag.js';
import { eventually, shareLoops } from './loops.js';

const toil = remoteModule<typeof import('./fixtures/toil.js')>(
  new URL('./fixtures/toil.ts', import.meta.url),
);
const threads = shareLoops({ loops: 1 });

type Toil = RemoteFunction<(started: Int32Array) => unknown>;

const kinds: readonly (readonly [kind: string, fn: Toil])[] = [
  ['function', toil.toilInFunction],
  ['async', toil.toilInAsync],
  ['coroutine', toil.toilInCoroutine],
];

test.for(kinds)('a cancel reaches code that never waits: %s', async ([kind, fn]) => {
  const { coordinator } = threads;
  const loop = coordinator.loop('loop-1');
  const started = newFlag();
  const call = loop.runCoroutineThreadsafe(fn, started);
  await raised(started);
  call.cancel('enough');
  await expect(call).rejects.toThrow(new CancelledError('enough'));
  // Its message waits behind the code; what the code sees is only that it was cancelled.
  expect(await loop.runCoroutineThreadsafe(toil.readSeen)).toEqual([`${kind}: CancelledError`]);
  await eventually(() => coordinator.stats().pendingCount === 0);
});

test('a timeout reaches it as a cancel does', async () => {
  const loop = threads.coordinator.loop('loop-1');
  const call = loop.with({ timeoutMs: 5 }).runCoroutineThreadsafe(toil.toilInFunction, newFlag());
  await expect(call).rejects.toThrow('toilInFunction() ran longer than 5 ms');
  expect(await loop.runCoroutineThreadsafe(toil.readSeen)).toEqual(['function: CancelledError']);
});

test('it hears of its own cancel only', async () => {
  const loop = threads.coordinator.loop('loop-1');
  const [started, end] = [newFlag(), newFlag()];
  const call = loop.runCoroutineThreadsafe(toil.toilUntil, started, end);
  const other = loop.runCoroutineThreadsafe(toil.toilUntil, newFlag(), end);
  await raised(started);
  other.cancel();
  await expect(other).rejects.toThrow(CancelledError);
  raise(end);
  expect(await call).toBe('not cancelled');
});

test('it may go on all the same, and its result is dropped', async () => {
  const loop = threads.coordinator.loop('loop-1');
  const [started, end] = [newFlag(), newFlag()];
  const call = loop.runCoroutineThreadsafe(toil.toilUntil, started, end);
  await raised(started);
  call.cancel();
  raise(end);
  await expect(call).rejects.toThrow(CancelledError);
  await eventually(() => threads.coordinator.stats().pendingCount === 0);
});

test('where nobody could have cancelled it does nothing', async () => {
  expect(checkCancelled).not.toThrow();
  const done = newFlag();
  threads.coordinator.loop('loop-1').callSoonThreadsafe(toil.checkInPost, done);
  await raised(done);
});
