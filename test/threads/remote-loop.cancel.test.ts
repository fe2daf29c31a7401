// Cancelling from another thread reaches the code: before it starts, or where it waits.

import { CancelledError, remoteModule, type RemoteFunction, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { newFlag, raise, raised } from './fixtures/flag.js';
import { eventually, shareLoops, startLoops } from './loops.js';

const at = (file: string): URL => new URL(`./fixtures/${file}.ts`, import.meta.url);
const patience = remoteModule<typeof import('./fixtures/patience.js')>(at('patience'));
const functions = remoteModule<typeof import('./fixtures/functions.js')>(at('functions'));
const slow = remoteModule<typeof import('./fixtures/slow-module.js')>(at('slow-module'));
const gate = remoteModule<typeof import('./fixtures/gate.js')>(at('gate'));

const threads = shareLoops({ loops: 2 });
const loops = () => threads.coordinator.loops as [RemoteLoop, RemoteLoop];

/** Until the far sides are done with all calls of this thread, the cancelled ones too. */
async function allAnswered(): Promise<void> {
  const { coordinator } = threads;
  await eventually(() => coordinator.stats().pendingCount === 0);
}

type Wait = RemoteFunction<(started: Int32Array) => unknown>;

describe('a cancel of a call that runs', () => {
  test.for([
    [
      'coroutine',
      'waitInCoroutine',
      ['coroutine: CancelledError: enough', 'coroutine: cleaned up'],
    ],
    ['async function', 'waitInAsync', ['async: CancelledError: enough']],
    ['async function, by its signal', 'waitForSignal', ['signal: CancelledError: enough']],
  ] as const)('reaches it with its message, where it waits: %s', async ([, name, expected]) => {
    const [loop] = loops();
    const started = newFlag();
    const call = loop.runCoroutineThreadsafe(patience[name] as Wait, started);
    await raised(started);
    expect(call.cancel('enough')).toBe(true);
    await expect(call).rejects.toThrow(new CancelledError('enough'));
    await allAnswered();
    expect(await loop.runCoroutineThreadsafe(patience.readSeen)).toEqual(expected);
  });

  test.for(['waitForOther', 'waitForOtherAsync'] as const)(
    'passes through to a third thread: %s',
    async (name) => {
      const [near, far] = loops();
      const started = newFlag();
      const wait = patience[name] as typeof patience.waitForOther;
      const call = near.runCoroutineThreadsafe(wait, far.name, patience.waitInCoroutine, started);
      await raised(started);
      call.cancel('all of you');
      await expect(call).rejects.toThrow(new CancelledError('all of you'));
      await allAnswered();
      expect(await near.runCoroutineThreadsafe(patience.readSeen)).toEqual(['relay: ended']);
      // Behind the cancel, which goes from the one worker to the other.
      await near.runCoroutineThreadsafe(functions.relay, far.name, functions.nothing);
      expect(await far.runCoroutineThreadsafe(patience.readSeen)).toEqual([
        'coroutine: CancelledError: all of you',
        'coroutine: cleaned up',
      ]);
    },
  );

  test('may be refused by the code, which then counts until it ends', async () => {
    const [loop] = loops();
    const [started, allowed] = [newFlag(), newFlag()];
    const call = loop.runCoroutineThreadsafe(patience.refuseToStop, started, allowed);
    await raised(started);
    call.cancel();
    await expect(call).rejects.toThrow(CancelledError);
    expect(await loop.runCoroutineThreadsafe(patience.readSeen)).toEqual(['refused']);
    expect(threads.coordinator.stats().pendingCount).toBe(1);
    raise(allowed);
    await allAnswered();
    expect(call.cancelled()).toBe(true);
  });

  test('from its own code is a cancelled call here', async () => {
    const [loop] = loops();
    const chained = loop.runCoroutineThreadsafe(patience.waitInCoroutine, newFlag());
    chained.cancel();
    await expect(chained).rejects.toThrow(CancelledError);
    expect(chained.cancelled()).toBe(true);
    await loop.runCoroutineThreadsafe(patience.readSeen);
  });
});

describe('a cancel of a call that has not begun', () => {
  test('withdraws it, also when it is loaded and waits in the same batch', async () => {
    const [loop] = loops();
    await loop.runCoroutineThreadsafe(patience.noteThatItRan);
    await loop.runCoroutineThreadsafe(patience.readSeen);
    const call = loop.runCoroutineThreadsafe(patience.noteThatItRan);
    const handle = loop.callSoonThreadsafe(patience.noteThatItRan);
    expect(handle.cancelled()).toBe(false);
    call.cancel('never mind');
    handle.cancel();
    handle.cancel();
    expect(handle.cancelled()).toBe(true);
    await expect(call).rejects.toThrow(new CancelledError('never mind'));
    expect(await loop.runCoroutineThreadsafe(patience.readSeen)).toEqual([]);
  });

  test('withdraws it from behind a module that is loading', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const open = newFlag();
    await loop.runCoroutineThreadsafe(gate.setGate, 'slow-module', open);
    await loop.runCoroutineThreadsafe(patience.readSeen);
    const first = loop.runCoroutineThreadsafe(slow.noteSlowly, 1);
    const second = loop.runCoroutineThreadsafe(patience.noteThatItRan);
    const third = loop.callSoonThreadsafe(patience.noteThatItRan);
    const last = loop.runCoroutineThreadsafe(patience.readSeen);
    // All of them wait there already when somebody else's call has been there, and a while after:
    // messages of two senders may pass each other.
    await sibling.runCoroutineThreadsafe(functions.relay, loop.name, functions.nothing);
    await new Promise((resolve) => void setTimeout(resolve, 100));
    first.cancel('first');
    second.cancel('second');
    third.cancel();
    await expect(first).rejects.toThrow(new CancelledError('first'));
    await expect(second).rejects.toThrow(new CancelledError('second'));
    raise(open);
    expect(await last).toEqual([]);
    expect(coordinator.stats().pendingCount).toBe(0);
  });

  test('comes too late for one that has ended', async () => {
    const [loop] = loops();
    const call = loop.runCoroutineThreadsafe(functions.echo, 7);
    const handle = loop.callSoonThreadsafe(functions.nothing);
    expect(await call).toBe(7);
    expect(call.cancel()).toBe(false);
    handle.cancel();
    expect(await loop.runCoroutineThreadsafe(functions.echo, 8)).toBe(8);
  });
});
