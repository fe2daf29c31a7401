// What calls can do with a thread that attached itself is what they can do with any loop.

import { callback, Coordinator, getLoop, isCancelled, TimeoutError } from 'threadloop';
import { expect, onTestFinished, test } from 'vitest';
import { ForeignThread, guestTasks } from './foreign-thread.js';

async function start(): Promise<[Coordinator, ForeignThread]> {
  const coordinator = await Coordinator.start({ loops: 1 });
  onTestFinished(async () => coordinator.shutdown({ mode: 'terminate' }));
  const thread = new ForeignThread();
  await thread.ask('attach', { name: 'guest' });
  return [coordinator, thread];
}

test('it gives streams, item by item', async () => {
  await start();
  const items: number[] = [];
  for await (const item of getLoop('guest').iterate(guestTasks.countTo, 5)) items.push(item);
  expect(items).toEqual([1, 2, 3, 4, 5]);
});

test('it calls callbacks', async () => {
  await start();
  const words: string[] = [];
  const note = callback((word: string) => void words.push(word));
  await getLoop('guest').runCoroutineThreadsafe(guestTasks.tellThrice, note);
  expect(words).toEqual(['one', 'two', 'three']);
});

test('it can be waited for by a thread that blocks', async () => {
  await start();
  const call = getLoop('guest').runCoroutineThreadsafe(guestTasks.nap, 5, 'waited for');
  expect(call.result(5_000)).toBe('waited for');
});

test('it exposes objects, whose proxies end when it leaves', async () => {
  const [, thread] = await start();
  const guest = getLoop('guest');
  await guest.runCoroutineThreadsafe(guestTasks.exposeCounter);
  const counter = guest.proxy<{ add(number: number): number }>('counter');
  expect(await counter.add(2)).toBe(2);
  expect(await counter.add(3)).toBe(5);
  await thread.ask('detach');
  await expect(counter.add(1)).rejects.toMatchObject({ name: /Error$/ });
});

test('a call that ignores its cancel fails for its caller, and ends nobody', async () => {
  const [, thread] = await start();
  const guest = getLoop('guest').with({ timeoutMs: 20, graceMs: 20 });
  const call = guest.runCoroutineThreadsafe(guestTasks.ignoreCancel, 1_000);
  await expect(call).rejects.toBeInstanceOf(TimeoutError);
  const cancelled = guest.runCoroutineThreadsafe(guestTasks.ignoreCancel, 150);
  cancelled.cancel();
  await expect(cancelled).rejects.toSatisfy(isCancelled);
  await thread.ask('detach');
  expect(await thread.ask('whenDetached')).toBe('it was detached');
});

test('its calls follow a name from one thread to the next, in their order', async () => {
  const [coordinator] = await start();
  const guest = getLoop('guest');
  await guest.runCoroutineThreadsafe(guestTasks.noteOn, 'loop-1', 'before');
  const restarted = new Promise((resolve) => void coordinator.on('restart', resolve));
  coordinator.recycle('loop-1');
  const sent = Array.from({ length: 50 }, async (_each, index) =>
    guest.runCoroutineThreadsafe(guestTasks.relay, 'loop-1', 0, index),
  );
  await restarted;
  expect(await Promise.all(sent)).toEqual(Array.from({ length: 50 }, (_each, index) => index));
  await guest.runCoroutineThreadsafe(guestTasks.noteOn, 'loop-1', 'after');
  const noted = coordinator.loop('loop-1').runCoroutineThreadsafe(guestTasks.noted);
  expect(await noted).toEqual(['after']);
});

test('calls of a loop that is recycled still reach it', async () => {
  const [coordinator] = await start();
  const sibling = coordinator.loop('loop-1');
  expect(await sibling.runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 'old')).toBe('old');
  const restarted = new Promise((resolve) => void coordinator.on('restart', resolve));
  coordinator.recycle('loop-1');
  await restarted;
  expect(await sibling.runCoroutineThreadsafe(guestTasks.relay, 'guest', 0, 'new')).toBe('new');
});
