// What the siblings of a dying thread see: their calls to it fail too, and work again afterwards.

import { LoopDiedError, remoteModule, type RemoteLoop } from 'threadloop';
import { expect, test } from 'vitest';
import { newFlag, raise, raised } from '../threads/fixtures/flag.js';
import { startLoops } from '../threads/loops.js';

const deadly = remoteModule<typeof import('./fixtures/deadly.js')>(
  new URL('./fixtures/deadly.ts', import.meta.url),
);
const functions = remoteModule<typeof import('../threads/fixtures/functions.js')>(
  new URL('../threads/fixtures/functions.ts', import.meta.url),
);
const patience = remoteModule<typeof import('../threads/fixtures/patience.js')>(
  new URL('../threads/fixtures/patience.ts', import.meta.url),
);

test('calls of a sibling to a dead thread fail with its death, and work again', async () => {
  const coordinator = await startLoops({ loops: 3 });
  const [first, second, third] = coordinator.loops as [RemoteLoop, RemoteLoop, RemoteLoop];
  const [started, startedToo] = [newFlag(), newFlag()];
  const { waitInCoroutine } = patience;
  const viaFirst = first.runCoroutineThreadsafe(
    deadly.callOther,
    second.name,
    waitInCoroutine,
    started,
  );
  const viaThird = third.runCoroutineThreadsafe(
    deadly.callOther,
    second.name,
    waitInCoroutine,
    startedToo,
  );
  await Promise.all([raised(started), raised(startedToo)]);
  coordinator.restart(second.name, 'a test said so');
  for (const outcome of [await viaFirst, await viaThird]) {
    expect(outcome).toEqual({
      name: 'LoopDiedError',
      loop: second.name,
      reason: 'a test said so',
    });
  }
  for (const loop of [first, third]) {
    const again = loop.runCoroutineThreadsafe(functions.relay, second.name, functions.add, 1, 2);
    expect(await again).toBe(3);
  }
  const back = second.runCoroutineThreadsafe(functions.relay, first.name, functions.add, 3, 4);
  expect(await back).toBe(7);
});

test('a sibling that dies in the middle of calls of all others hangs nobody', async () => {
  const coordinator = await startLoops({ loops: 3 });
  const [victim, ...others] = coordinator.loops as [RemoteLoop, RemoteLoop, RemoteLoop];
  for (const loop of others) {
    await loop.runCoroutineThreadsafe(functions.relay, victim.name, functions.nothing);
  }
  const calls = Array.from({ length: 300 }, async (_, index) => {
    if (index === 150) return victim.runCoroutineThreadsafe(deadly.exit, 9);
    const asker = others[index % 2] as RemoteLoop;
    return asker.runCoroutineThreadsafe(functions.relay, victim.name, functions.echo, index);
  });
  const outcomes = await Promise.allSettled(calls);
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') expect(outcome.value).toBe(index);
    else expect(outcome.reason).toBeInstanceOf(LoopDiedError);
  }
  expect(outcomes[150]).toMatchObject({ status: 'rejected', reason: { exitCode: 9 } });
  for (const loop of others) {
    const again = loop.runCoroutineThreadsafe(functions.relay, victim.name, functions.add, 1, 2);
    expect(await again).toBe(3);
  }
});

test('a caller that dies takes its calls along, and what it called goes on', async () => {
  const coordinator = await startLoops({ loops: 2 });
  const [caller, callee] = coordinator.loops as [RemoteLoop, RemoteLoop];
  const started = newFlag();
  const lost = caller.runCoroutineThreadsafe(
    functions.relay,
    callee.name,
    patience.waitInCoroutine,
    started,
  );
  await raised(started);
  coordinator.restart(caller.name);
  await expect(lost).rejects.toBeInstanceOf(LoopDiedError);
  expect(await callee.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  const again = caller.runCoroutineThreadsafe(functions.relay, callee.name, functions.add, 3, 4);
  expect(await again).toBe(7);
});

test('a call that a sibling makes before it hears that a loop leaves is carried out', async () => {
  const coordinator = await startLoops({ loops: 2 });
  const [stays, leaves] = coordinator.loops as [RemoteLoop, RemoteLoop];
  const [started, go] = [newFlag(), newFlag()];
  const call = stays.runCoroutineThreadsafe(
    functions.blockAndRelay,
    started,
    go,
    leaves.name,
    functions.add,
    1,
    2,
  );
  await raised(started);
  const resized = coordinator.resize(1);
  // It has not heard yet that the other one leaves, which has nothing to do.
  await new Promise((resolve) => void setTimeout(resolve, 100));
  expect(resized.done()).toBe(false);
  raise(go);
  expect(await call).toBe(3);
  await resized;
  const late = stays.runCoroutineThreadsafe(functions.relay, leaves.name, functions.add, 1, 2);
  await expect(late).rejects.toThrow("There is no loop named 'loop-2' here");
});

test('a sibling that dies while a loop leaves does not hold that up', async () => {
  const coordinator = await startLoops({ loops: 2 });
  const [stays] = coordinator.loops as [RemoteLoop, RemoteLoop];
  const started = newFlag();
  const lost = stays.runCoroutineThreadsafe(deadly.spin, started).catch((error: unknown) => error);
  await raised(started);
  const resized = coordinator.resize(1);
  await new Promise((resolve) => void setTimeout(resolve, 20));
  expect(resized.done()).toBe(false);
  coordinator.restart(stays.name);
  await resized;
  expect(await lost).toBeInstanceOf(LoopDiedError);
  expect(await stays.runCoroutineThreadsafe(functions.whereAmI)).toMatchObject({
    names: ['loop-1', 'main'],
  });
});
